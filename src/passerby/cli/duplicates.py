"""The commands `passerby duplicates ...`: list, dismiss, restore.

They work on the data directory, with or without a running server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.cli.app import Data, Json, Project, access_to, open_state
from passerby.cli.errors import CommandError, at_least_one
from passerby.cli.output import say, say_json, say_table
from passerby.schemas.merges import duplicate_json
from passerby.services import duplicates
from passerby.services.cursors import Page
from passerby.state.views import Duplicate

commands = App(name="duplicates", help="List possible duplicate profiles; dismiss and restore pairs.")

ProfileId = Annotated[str, Parameter(help="Profile id; see `passerby duplicates list`.")]
Limit = Annotated[int, Parameter(help="Maximum number of pairs to list.")]
Dismissed = Annotated[bool, Parameter(negative="", help="List dismissed pairs instead.")]


@commands.command(name="list")
def list_duplicates(
    *,
    limit: Limit = 100,
    dismissed: Dismissed = False,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """List pairs of profiles that share an email address or a phone number."""
    at_least_one(limit)
    pairs: list[Duplicate] = []
    with access_to(data, project) as access:
        page = Page(limit) if open_state(data).exists() else None
        while page is not None:
            found = duplicates.list_duplicates(access, page, dismissed=dismissed)
            pairs += found.duplicates
            # A page may have fewer pairs than its limit: those that were dismissed are left out of it.
            is_last = found.cursor is None or len(pairs) >= limit
            page = None if is_last else Page(limit - len(pairs), found.cursor)
    if json:
        say_json(list(map(duplicate_json, pairs)))
        return
    rows = []
    for pair in pairs:
        users = ", ".join(profile.user_id for profile in pair.profiles if profile.user_id)
        shared = ", ".join(f"{each.kind}={each.value}" for each in pair.shared)
        rows.append((*(profile.id for profile in pair.profiles), users, shared, pair.rule or ""))
    say_table(("profile", "other profile", "user ids", "shared", "rule"), rows)


@commands.command
def dismiss(
    one: ProfileId,
    other: ProfileId,
    *,
    reason: Annotated[str, Parameter(help="Reason, stored with the decision.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Dismiss a pair: the two profiles are different people. The pair is not listed again."""
    with access_to(data, project) as access:
        _require_state(data)
        ids = [profile.id for profile in duplicates.dismiss_duplicate(access, one, other, reason).profiles]
    say(f"Dismissed: {ids[0]} and {ids[1]} are different people.")


@commands.command
def restore(one: ProfileId, other: ProfileId, *, project: Project = FIRST_PROJECT, data: Data = None) -> None:
    """Restore a dismissed pair: it is listed again."""
    with access_to(data, project) as access:
        _require_state(data)
        ids = [profile.id for profile in duplicates.restore_duplicate(access, one, other).profiles]
    say(f"Restored: {ids[0]} and {ids[1]} are possible duplicates.")


def _require_state(data: Path | None) -> None:
    if not open_state(data).exists():
        raise CommandError("there are no profiles yet")
