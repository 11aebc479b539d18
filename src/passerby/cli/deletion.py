"""The command `passerby test-data delete`. It works on the data directory, with or without a running server."""

from __future__ import annotations

from cyclopts import App

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.cli.app import Data, Json, Project, access_to, open_state
from passerby.cli.output import say, say_json
from passerby.services import deletion
from passerby.state.views import Deletion

commands = App(name="test-data", help="Delete test profiles, whose identifiers all start with passerby-test.")


@commands.command
def delete(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """Delete all test profiles and their events. This cannot be undone.

    A test profile that had any other identifier is kept, as is one merged with a profile that had one.
    """
    deleted = Deletion(0, 0)
    with access_to(data, project) as access:
        if open_state(data).exists():
            deleted = deletion.delete_test_data(access, everything=True)
    if json:
        say_json(deleted._asdict())
    elif deleted.profiles or deleted.kept:
        kept = f" Kept, because they had other identifiers: {deleted.kept}." if deleted.kept else ""
        say(f"Deleted: {deleted.profiles} test profiles, {deleted.events} events.{kept}")
    else:
        say("No test data.")
