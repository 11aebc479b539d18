"""The commands `passerby duplicates ...`: list, dismiss, restore. They work on the data folder, served or not."""

from __future__ import annotations

import re
import time
from contextlib import closing
from pathlib import Path
from typing import Annotated, Final

import uuid_utils
from cyclopts import App, Parameter

from passerby.cli.app import Data, Json, Project, note, open_state, open_store
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.engines import StateEngine
from passerby.identity.decisions import COMMAND_LINE
from passerby.projects.founding import FIRST_PROJECT
from passerby.projects.policies import policy_of
from passerby.state.protocol import Hand, SameProfile, State, UnknownDismissal, UnknownProfile
from passerby.state.views import Duplicate, DuplicatePlace

commands = App(name="duplicates", help="List possible duplicates, and decide which are different people.")

ProfileId = Annotated[str, Parameter(help="The id of a profile, as `passerby duplicates list` shows it.")]
Limit = Annotated[int, Parameter(help="The most pairs to list.")]
Dismissed = Annotated[bool, Parameter(negative="", help="Only pairs that were dismissed, in place of the others.")]

_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class PairRefused(CommandError):
    """There is no such pair of profiles, or it was not dismissed."""


@commands.command(name="list")
def list_duplicates(
    *,
    limit: Limit = 100,
    dismissed: Dismissed = False,
    project: Project = FIRST_PROJECT,
    data: Data = None,
    json: Json = False,
) -> None:
    """List pairs of profiles that share an e-mail address or a phone number."""
    with open_store(data) as store:
        number = store.project(project).id
    state = open_state(data)
    pairs = _read(state, number, limit, dismissed=dismissed) if state.exists() and limit > 0 else []
    if json:
        say_json(pairs)
        return
    say_table(("one", "other", "users", "shared", "rule"), [_row(pair) for pair in pairs])


@commands.command
def dismiss(
    one: ProfileId,
    other: ProfileId,
    *,
    reason: Annotated[str, Parameter(help="Why; it is kept with the decision.")] = "",
    project: Project = FIRST_PROJECT,
    data: Data = None,
) -> None:
    """Remember that two profiles are different people: the pair is not listed again."""
    with open_store(data) as store:
        found = store.project(project)
    hand = Hand(_now(), COMMAND_LINE, reason, lambda: str(uuid_utils.uuid7()), policy_of(found.settings))
    with closing(_writer(data)) as writer:
        try:
            ids = writer.dismiss_duplicate(found.id, _checked(one), _checked(other), hand)
        except (UnknownProfile, SameProfile) as refusal:
            raise PairRefused(_why(refusal, project)) from None
    details = {"profiles": list(ids)} | ({"reason": reason} if reason else {})
    note(data, found.id, "duplicate.dismissed", details=details)
    say(f"Dismissed: {ids[0]} and {ids[1]} are different people.")


@commands.command
def restore(one: ProfileId, other: ProfileId, *, project: Project = FIRST_PROJECT, data: Data = None) -> None:
    """Take a dismissal back: the pair is listed again."""
    with open_store(data) as store:
        number = store.project(project).id
    with closing(_writer(data)) as writer:
        try:
            ids = writer.restore_duplicate(number, _checked(one), _checked(other))
        except (UnknownProfile, SameProfile, UnknownDismissal) as refusal:
            raise PairRefused(_why(refusal, project)) from None
    note(data, number, "duplicate.restored", details={"profiles": list(ids)})
    say(f"Restored: {ids[0]} and {ids[1]} may be one person.")


def _read(state: StateEngine, project: int, limit: int, *, dismissed: bool) -> list[Duplicate]:
    found: list[Duplicate] = []
    after: DuplicatePlace | None = None
    with closing(state.open_reader()) as reader:
        read = reader.dismissed_duplicates if dismissed else reader.duplicates
        while len(found) < limit:
            page = read(project, limit=limit - len(found), after=after)
            found += page.duplicates
            after = page.after
            if after is None:
                break
    return found


def _writer(data: Path | None) -> State:
    state = open_state(data)
    if not state.exists():
        raise PairRefused("there are no profiles yet")
    return state.open_writer()


def _now() -> int:
    return time.time_ns() // 1_000_000


def _checked(profile: str) -> str:
    lowered = profile.lower()
    if not _UUID.fullmatch(lowered):
        raise PairRefused(f"{profile!r} is not the id of a profile: `passerby duplicates list` shows ids")
    return lowered


def _why(refusal: Exception, project: str) -> str:
    if isinstance(refusal, UnknownProfile):
        return f"project {project} has no profile {refusal}"
    if isinstance(refusal, SameProfile):
        return "these are one profile already"
    return "this pair was not dismissed: `passerby duplicates list --dismissed` shows those that were"


def _row(pair: Duplicate) -> tuple[str, ...]:
    one, other = pair.profiles
    users = ", ".join(profile.user_id for profile in pair.profiles if profile.user_id)
    shared = ", ".join(f"{each.kind}={each.value}" for each in pair.shared)
    return one.id, other.id, users, shared, pair.rule or ""
