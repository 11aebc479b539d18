"""The commands `passerby merges ...`: list, show, undo. They work on the data folder, whether it is served or not."""

from __future__ import annotations

import re
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

from cyclopts import App, Parameter

from passerby.cli.app import Data, Json, Project, note, open_state, open_store
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.engines import StateEngine
from passerby.identity.decisions import COMMAND_LINE
from passerby.projects.founding import FIRST_PROJECT
from passerby.projects.policies import policy_of
from passerby.services.answers import ExplainedMerge, ExplainedMergeDetail, explained_merge, explained_merge_detail
from passerby.state.protocol import AlreadyUndone, BuiltOn, UnknownMerge
from passerby.state.views import HistoryIdentifier, MergeDetail

commands = App(name="merges", help="List merges, look at one, take one back.")

MergeId = Annotated[str, Parameter(help="The merge's id, as `passerby merges list` shows it.")]

_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class MergeRefused(CommandError):
    """The merge cannot be undone, or there is none of this id."""


@commands.command(name="list")
def list_merges(  # noqa: PLR0913 - a command has as many flags as it needs
    *,
    limit: Annotated[int, Parameter(help="The most merges to list.")] = 100,
    before: Annotated[str, Parameter(help="Go on behind this merge: the last one of the list before.")] = "",
    undone: Annotated[bool | None, Parameter(help="Only merges that were undone, or only the others.")] = None,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """List merges, the newest first: who was absorbed by whom, by which rule."""
    number, state = _place(data, project)
    behind = _checked(before) if before else None
    merges: list[ExplainedMerge] = []
    if state.exists():
        with closing(state.open_reader()) as reader:
            stored = reader.merges(number, limit=max(limit, 0), undone=undone, before=behind)
        merges = list(map(explained_merge, stored))
    if json:
        say_json(merges)
        return
    headings = ("merge", "at", "winner", "loser", "through", "reason", "undone")
    say_table(headings, [_row(merge) for merge in merges])


@commands.command
def show(merge_id: MergeId, *, project: Project = FIRST_PROJECT, data: Data = None, json: Json = False) -> None:
    """Show a merge: its message and its rule, what it moved, and whether it can be undone."""
    number, state = _place(data, project)
    stored: MergeDetail | None = None
    if state.exists():
        with closing(state.open_reader()) as reader:
            stored = reader.merge(number, _checked(merge_id))
    if stored is None:
        raise MergeRefused(f"project {project} has no merge {merge_id}: `passerby merges list` shows them all")
    found = explained_merge_detail(stored)
    if json:
        say_json(found)
        return
    say("\n".join(_lines(found)))


@commands.command
def undo(
    merge_id: MergeId,
    *,
    reason: Annotated[str, Parameter(help="Why; it is kept in the history.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """Take a merge back. The two profiles don't merge again through the same identifier."""
    number, state = _place(data, project)
    with open_store(data) as store:
        policy = policy_of(store.project(project).settings)
    if not state.exists():
        raise MergeRefused("there is no state yet, and so no merge")
    with closing(state.open_writer()) as writer:
        try:
            at = time.time_ns() // 1_000_000
            winner, loser = writer.undo_merge(
                number, _checked(merge_id), at, policy, actor=COMMAND_LINE, comment=reason
            )
        except UnknownMerge:
            raise MergeRefused(f"project {project} has no merge {merge_id}") from None
        except (AlreadyUndone, BuiltOn) as refusal:
            why = str(refusal) if isinstance(refusal, BuiltOn) else "it was undone before"
            raise MergeRefused(f"merge {merge_id} cannot be undone: {why}") from None
    note(data, number, "merge.undone", merge_id, {"reason": reason} if reason else None)
    if json:
        say_json({"winner": winner, "loser": loser})
    else:
        say(f"Profile {loser} stands for itself again, and no longer for {winner}.")


def _place(data: Path | None, project: str) -> tuple[int, StateEngine]:
    """The project's number, and the state."""
    with open_store(data) as store:
        return store.project(project).id, open_state(data)


def _checked(merge_id: str) -> str:
    lowered = merge_id.lower()
    if not _UUID.fullmatch(lowered):
        raise MergeRefused(f"{merge_id!r} is no id of a merge: `passerby merges list` shows them")
    return lowered


def _named(identifier: HistoryIdentifier | None) -> str:
    if identifier is None:
        return ""
    scope = f" ({identifier.scope})" if identifier.scope else ""
    return f"{identifier.namespace}={identifier.value}{scope}"


def _row(merge: ExplainedMerge) -> tuple[str, ...]:
    return merge.id, merge.at, merge.winner, merge.loser, _named(merge.via), merge.reason, merge.undone_at or ""


def _lines(merge: ExplainedMergeDetail) -> list[str]:
    """What there is to say of a merge, for people."""
    state = f"undone at {merge.undone_at}" if merge.undone_at else "can be undone"
    if merge.built_on:
        state = f"merge {merge.built_on} builds on it: undo that one first"
    return [
        f"{merge.loser} was absorbed by {merge.winner} at {merge.at}",
        f"reason    {merge.reason}",
        f"message   {merge.message_id or '(none: by hand)'}",
        f"through   {_named(merge.via)}",
        f"named by  {_named(merge.by)}",
        *(f"moved     {_named(identifier)}" for identifier in merge.moved),
        f"state     {state}",
    ]
