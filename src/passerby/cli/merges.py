"""The commands `passerby merges ...`: list, show, undo.

They work on the data directory, with or without a running server.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

from cyclopts import App, Parameter

from passerby.accounts.bootstrap import FIRST_PROJECT
from passerby.cli.app import Data, Json, Project, access_to, open_state
from passerby.cli.errors import at_least_one
from passerby.cli.output import say, say_json, say_table
from passerby.clock import iso
from passerby.messages import Identifier
from passerby.schemas.merges import explained_merge, explained_merge_detail, merge_reason
from passerby.services import cursors, merges
from passerby.services.cursors import Page
from passerby.services.errors import not_found
from passerby.services.ids import uuid_of
from passerby.state.views import Merge

commands = App(name="merges", help="List, show and undo merges of profiles.")

MergeId = Annotated[str, Parameter(help="Merge id; see `passerby merges list`.")]


@commands.command(name="list")
def list_merges(  # noqa: PLR0913 - a command has as many flags as it needs
    *,
    limit: Annotated[int, Parameter(help="Maximum number of merges to list.")] = 100,
    before: Annotated[str, Parameter(help="List merges before this one, for the next page.")] = "",
    undone: Annotated[bool | None, Parameter(help="List only undone merges, or only the others.")] = None,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """List merges, newest first, with the identifier and the rule that caused them."""
    cursor = cursors.encode(cursors.AfterMerge(uuid_of(before, "merge"))) if before else None
    page = Page(at_least_one(limit), cursor)
    found: list[Merge] = []
    with access_to(data, project) as access:
        if open_state(data).exists():
            found = merges.list_merges(access, page, undone=undone).items
    if json:
        say_json(list(map(explained_merge, found)))
        return
    headings = ("merge", "at", "winner", "loser", "identifier", "reason", "undone")
    rows = []
    for each in found:
        undone_at = "" if each.undone_at is None else iso(each.undone_at)
        rows.append((each.id, iso(each.at), each.winner, each.loser, _named(each.via), merge_reason(each), undone_at))
    say_table(headings, rows)


@commands.command
def show(merge_id: MergeId, *, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """Show a merge: its message, its rule, the identifiers it moved, and whether it can be undone."""
    with access_to(data, project) as access:
        _require_state(data)
        found = merges.get_merge(access, merge_id)
    if json:
        say_json(explained_merge_detail(found))
        return
    say(f"Profile {found.loser} was merged into {found.winner} at {iso(found.at)}")
    say(f"reason      {merge_reason(found)}")
    say(f"message     {found.message_id or '(none: manual merge)'}")
    say(f"identifier  {_named(found.via)}")
    say(f"user        {_named(found.by)}")
    for identifier in found.moved:
        say(f"moved       {_named(identifier)}")
    if found.built_on:
        say(f"state       cannot be undone before merge {found.built_on}, which depends on it")
    else:
        say(f"state       {'can be undone' if found.undone_at is None else f'undone at {iso(found.undone_at)}'}")


@commands.command
def undo(
    merge_id: MergeId,
    *,
    reason: Annotated[str, Parameter(help="Reason, stored in the identity history.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Undo a merge. The two profiles are not merged again through the same identifier."""
    with access_to(data, project) as access:
        _require_state(data)
        winner, loser = (profile.id for profile in merges.undo_merge(access, merge_id, reason))
    if json:
        say_json({"winner": winner, "loser": loser})
    else:
        say(f"Merge undone. Restored profile: {loser}. Kept profile: {winner}.")


def _require_state(data: Path | None) -> None:
    """Raise NotFound where there is no state yet, because opening the state would create it."""
    if not open_state(data).exists():
        raise not_found("merge")


def _named(identifier: Identifier | None) -> str:
    if identifier is None:
        return ""
    scope = f" ({identifier.scope})" if identifier.scope else ""
    return f"{identifier.namespace}={identifier.value}{scope}"
