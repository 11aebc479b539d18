"""The command `passerby test-data delete`. It works on the data folder, whether it is served or not."""

from __future__ import annotations

import time
from contextlib import closing

from cyclopts import App

from passerby.cli.app import Data, Json, Project, note, open_state, open_store
from passerby.cli.output import say, say_json
from passerby.projects.founding import FIRST_PROJECT
from passerby.state.protocol import State
from passerby.state.views import Deletion

commands = App(name="test-data", help="Delete test profiles: those whose identifiers all begin with passerby-test.")


@commands.command
def delete(*, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """Delete all test profiles with their events. This cannot be undone.

    A test profile that ever had another identifier is kept, and so is one merged with a profile that had one.
    """
    with open_store(data) as store:
        number = store.project(project).id
    state = open_state(data)
    deleted = Deletion(0, 0)
    if state.exists():
        with closing(state.open_writer()) as writer:
            deleted = _delete_all(writer, number)
    note(data, number, "test_data.deleted", details=deleted._asdict())
    if json:
        say_json(deleted._asdict())
    elif deleted.profiles or deleted.kept:
        kept = f" Kept, because they ever had another identifier: {deleted.kept}." if deleted.kept else ""
        say(f"Deleted: {deleted.profiles} test profiles, {deleted.events} events.{kept}")
    else:
        say("No test data.")


def _delete_all(writer: State, project: int) -> Deletion:
    """Delete in transactions of bounded size, until there is no more."""
    profiles = events = 0
    while True:
        found = writer.delete_test_data(project, time.time_ns() // 1_000_000)
        profiles, events = profiles + found.profiles, events + found.events
        if not found.more:
            return Deletion(profiles, events, found.kept)
