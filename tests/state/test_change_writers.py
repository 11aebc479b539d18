"""Every method of the state that changes profiles writes changes into the outbox; a new method has to be added here."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any, Final, get_args

import apsw
import pytest
from tests.state.state_builder import DAY, StateBuilder, new_id
from tests.state.test_changes import (
    M1,
    M3,
    MAIL,
    TEST,
    U1,
    Watched,
    delete_test_data,
    detach,
    merge,
    undo_detachment,
    undo_last_merge,
)

from passerby.catalogue.aliases import Alias
from passerby.catalogue.changes import Changes
from passerby.identity.decisions import Actor
from passerby.log.protocol import Entry
from passerby.messages import Message
from passerby.outbox.records import Change, ConsentChanged
from passerby.positions import Position, Positions
from passerby.state.protocol import ManualDecision, SeenKey, SeriesRow, State

DECISION: Final = ManualDecision(DAY, Actor("console_user", "anna"), "why", new_id)
SEEN: Final = SeenKey(1, "segment", "key")
MESSAGE: Final = Message(
    project=1, id=new_id(), dialect="test", kind="track", identifiers=(U1,), time=DAY, received_at=DAY, name="Seen"
)

READS: Final = frozenset(
    {"positions", "lock_positions", "expiries", "known", "devices", "trait_names", "attributes", "catalogue_version"}
    | {"aliases", "event_names", "violation_keys", "transaction", "close"}
)


def apply_messages(watched: Watched) -> None:
    """Have the worker create, merge, reassign, and set traits."""
    watched.builder.identify(MAIL, M3, plan="gold")
    watched.builder.identify(U1, M3, MAIL, plan="silver")


CHANGING: Final[Mapping[str, Callable[[Watched], object]]] = {
    "apply": apply_messages,
    "merge_profiles": merge,
    "undo_merge": undo_last_merge,
    "detach": detach,
    "undo_detachment": undo_detachment,
    "delete_test_data": delete_test_data,
}
"""Methods that change profiles, in an order in which each finds something to change."""

OTHERS: Final[Mapping[str, Callable[[Watched], object]]] = {
    "remember": lambda watched: watched.builder.state.remember({SEEN: DAY}),
    "forget": lambda watched: watched.builder.state.forget(2 * DAY),
    "count": lambda watched: watched.builder.state.count(Changes([], []), []),
    "add_series": lambda watched: watched.builder.state.add_series([SeriesRow(1, DAY, "test", 1, 0, 0)]),
    "roll_up": lambda watched: watched.builder.state.roll_up(2 * DAY),
    "backfill": lambda watched: watched.builder.state.backfill(),
    "finish": lambda watched: watched.builder.state.finish(Positions.at(Position(900)), DAY, ()),
    "dead_letter": lambda watched: watched.builder.state.dead_letter(Entry(Position(901), MESSAGE), "failed"),
    "dismiss_duplicate": lambda watched: watched.builder.state.dismiss_duplicate(1, *pair(watched), DECISION),
    "restore_duplicate": lambda watched: watched.builder.state.restore_duplicate(1, *pair(watched)),
    "sweep_duplicates": lambda watched: watched.builder.state.sweep_duplicates(),
    "change_type": lambda watched: watched.builder.state.change_type(1, "", "name", "number"),
    "add_alias": lambda watched: watched.builder.state.add_alias(1, Alias("Seen", "", "Viewed")),
    "remove_alias": lambda watched: watched.builder.state.remove_alias(1, "Seen", ""),
    "delete_names": lambda watched: watched.builder.state.delete_names(1, [("", "name")]),
}
"""Methods that write, and change no profile."""


def pair(watched: Watched) -> tuple[str, str]:
    return watched.owner(U1), watched.owner(M3)


def people(path: Path) -> list[list[Any]]:
    """What the state knows of profiles that a change tells of."""
    with closing(apsw.Connection(str(path))) as connection:
        return [
            connection.execute(query).fetchall()
            for query in (
                "SELECT id, merged_into, stage FROM profiles ORDER BY id",
                "SELECT namespace, value, scope, profile FROM identifiers ORDER BY namespace, value, scope",
                "SELECT profile, name, value FROM traits ORDER BY profile, name",
            )
        ]


@pytest.fixture
def watched(tmp_path: Path) -> Iterator[Watched]:
    watched = Watched(tmp_path / "state.db")
    fill(watched.builder)
    yield watched
    watched.builder.close()


def fill(builder: StateBuilder) -> None:
    builder.track("Seen", M1)
    builder.identify(U1, MAIL, name="Ann")
    builder.identify(U1, M1)
    builder.track("Seen", M3)
    builder.track("Seen", TEST)


def test_every_method_of_the_state_is_looked_at() -> None:
    methods = {name for name, _ in inspect.getmembers(State, inspect.isfunction) if not name.startswith("_")}
    assert methods == READS | CHANGING.keys() | OTHERS.keys()


def test_what_changes_profiles_is_in_the_outbox(watched: Watched) -> None:
    kinds = {type(change) for change in watched.changes()}
    for name in ("merge_profiles", "undo_merge", "detach", "undo_detachment", "delete_test_data", "apply"):
        before, changes = people(watched.builder.path), watched.changes()
        CHANGING[name](watched)
        assert people(watched.builder.path) != before, name
        written = watched.changes()[len(changes) :]
        assert written, name
        kinds |= {type(change) for change in written}
    assert kinds == set(get_args(Change)) - {ConsentChanged}  # nothing in the state has consent yet


def test_what_a_user_changes_has_its_time(watched: Watched) -> None:
    before = len(watched.changes())
    assert {change.at for change in watched.changes()} == {0}
    merge(watched)
    assert {change.at for change in watched.changes()[before:]} == {DAY}


@pytest.mark.parametrize("name", OTHERS)
def test_what_changes_no_profile_is_no_change(name: str, watched: Watched) -> None:
    if name == "restore_duplicate":
        OTHERS["dismiss_duplicate"](watched)
    if name == "remove_alias":
        OTHERS["add_alias"](watched)
    before, changes = people(watched.builder.path), watched.changes()
    if name in {"remember", "forget", "count", "add_series", "finish", "dead_letter"}:
        with watched.builder.state.transaction():
            OTHERS[name](watched)
    else:
        OTHERS[name](watched)
    assert (people(watched.builder.path), watched.changes()) == (before, changes)
