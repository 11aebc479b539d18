"""The writer of the state."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import closing, contextmanager
from itertools import pairwise
from pathlib import Path
from uuid import UUID

import apsw
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.positions import at
from tests.worker.comparison import DAY, Comparison
from tests.worker.observer import StateObserver

from passerby.messages import Identifier
from passerby.positions import pack
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.protocol import OutboxRow, SeenKey, StateUnavailable
from passerby.state.sqlite.engine import SqliteStateEngine
from passerby.state.sqlite.store import SqliteState

KEYS = [SeenKey(1, "segment", f"k{number}") for number in range(3)]
M1, M2, A1 = Identifier("mobile_id", "m1"), Identifier("mobile_id", "m2"), Identifier("anonymous_id", "a1")
U1, D1 = Identifier("user_id", "u1"), Identifier("device_id", "d1")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state.db"


@pytest.fixture
def state(path: Path) -> Iterator[SqliteState]:
    state = SqliteState(path)
    yield state
    state.close()


@pytest.fixture
def comparison(tmp_path: Path) -> Iterator[Comparison]:
    comparison = Comparison(tmp_path / "state.db")
    yield comparison
    comparison.close()


def test_a_new_state_has_nothing_applied(state: SqliteState) -> None:
    assert state.positions() == at(0)
    assert state.event_names(1) == 0
    assert state.attributes(1, "Seen") is None
    assert state.violation_keys(1) == []


def test_what_a_transaction_has_done_is_there_for_all_when_it_has_ended(state: SqliteState, path: Path) -> None:
    observer = StateObserver(SqliteStateEngine(path))
    with state.transaction():
        state.finish(at(7), DAY, [OutboxRow(pack(0, 7), 1, b"{}")])
        assert observer.rows("SELECT * FROM progress") == []
    assert observer.rows("SELECT value FROM progress") == [(7,)]
    assert observer.rows("SELECT last_position, events, bytes, created_at, body FROM outbox") == [(7, 1, 2, DAY, b"{}")]
    observer.close()


def test_a_transaction_in_which_anything_is_raised_has_done_nothing(state: SqliteState) -> None:
    def fail() -> None:
        with state.transaction():
            state.finish(at(7), DAY, ())
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    assert state.positions() == at(0)
    with state.transaction():
        state.finish(at(8), DAY, ())
    assert state.positions() == at(8)


@contextmanager
def files_no_larger_than(size: int) -> Iterator[None]:
    """No file of this process may grow beyond so many bytes: writing fails as on a full disk."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def fill(state: SqliteState) -> None:
    with state.transaction():
        state.finish(at(1), DAY, [OutboxRow(pack(0, 1), 1, b"x" * 10_000_000)])


def test_a_commit_that_fails_has_done_nothing_and_can_be_tried_again(state: SqliteState) -> None:
    with pytest.raises(StateUnavailable), files_no_larger_than(1_000_000):
        fill(state)
    assert state.positions() == at(0)
    fill(state)
    assert state.positions() == at(1)


def test_a_state_that_is_opened_again_is_as_it_was_left(state: SqliteState, path: Path) -> None:
    with state.transaction():
        state.finish(at(7), DAY, ())
        state.remember({KEYS[0]: DAY})
    state.close()
    again = SqliteState(path)
    assert again.positions() == at(7)
    assert again.expiries(KEYS) == {KEYS[0]: DAY}
    again.close()


def test_keys_are_kept_until_their_time_and_no_others_are_known(state: SqliteState) -> None:
    with state.transaction():
        state.remember({KEYS[0]: DAY, KEYS[1]: DAY + 1})
        state.remember({KEYS[0]: DAY + 2})
    assert state.expiries(KEYS) == {KEYS[0]: DAY + 2, KEYS[1]: DAY + 1}
    assert state.expiries([KEYS[0]._replace(project=2), KEYS[0]._replace(dialect="webengage")]) == {}


def test_keys_are_deleted_after_their_window(state: SqliteState) -> None:
    with state.transaction():
        state.remember({KEYS[0]: DAY, KEYS[1]: DAY + 1, KEYS[2]: DAY + 2})
        state.forget(DAY + 1)
    assert state.expiries(KEYS) == {KEYS[2]: DAY + 2}


def test_a_bounded_number_of_keys_is_deleted_at_a_time_oldest_first(state: SqliteState) -> None:
    keys = {SeenKey(1, "segment", f"k{number}"): DAY + number for number in range(10_002)}
    with state.transaction():
        state.remember(keys)
        state.forget(DAY + 20_000)
    assert list(state.expiries(keys).values()) == [DAY + 10_000, DAY + 10_001]


def test_unknown_identifiers_have_no_state(comparison: Comparison) -> None:
    comparison.append(M1)
    comparison.apply()
    loaded = comparison.state.known(1, [M2], [D1])
    assert (loaded.known.homes, loaded.known.states, loaded.seen_intervals) == ({}, {}, {})
    assert loaded.known.links == {D1: {}}


def test_all_is_known_of_identifiers_and_of_those_who_have_them(comparison: Comparison) -> None:
    comparison.append(U1, M1, Identifier("email", "e1@x.io", "north"), context={"os": "x"})
    comparison.apply()
    loaded = comparison.state.known(1, [M1, M2], [])
    ((profile, state),) = loaded.known.states.items()
    assert loaded.known.homes == {M1: profile}
    assert (state.user_id, state.contacts) == ("u1", {Identifier("email", "e1@x.io", "north")})
    assert state.held == {"user_id": 1, "email": 1, "mobile_id": 1}
    assert loaded.contexts[profile]["os"].value == "x"
    assert loaded.seen_intervals[M1][:2] == (DAY, DAY)


def test_nothing_is_known_of_another_projects_people(comparison: Comparison) -> None:
    comparison.append(M1, D1)
    comparison.apply()
    loaded = comparison.state.known(2, [M1], [D1])
    assert (loaded.known.homes, loaded.known.links) == ({}, {D1: {}})


@pytest.mark.parametrize("waiting", [0, 1, 2])
def test_profiles_linked_to_a_hint_are_loaded_as_canonical_profiles(comparison: Comparison, waiting: int) -> None:
    for number in range(waiting):
        comparison.append(Identifier("anonymous_id", f"a{number}"), D1)
    comparison.apply()
    known = comparison.state.known(1, [], [D1]).known
    assert len(known.links[D1]) == waiting
    assert known.links[D1].keys() <= known.states.keys()


def test_two_profiles_of_a_hint_that_were_merged_count_as_one(comparison: Comparison) -> None:
    comparison.append(A1, D1)
    comparison.append(M1, D1)
    comparison.append(A1, M1)
    comparison.apply()
    known = comparison.state.known(1, [A1], [D1]).known
    assert list(known.links[D1]) == [known.canonical(known.homes[A1])]


def test_what_an_undo_has_separated_is_known_by_canonical_profiles(comparison: Comparison) -> None:
    for names in ((M1,), (M2,), (U1,), (M1, M2)):
        comparison.append(*names)
    comparison.apply()
    comparison.undo(1, 0)
    comparison.append(U1, M2)
    comparison.apply()
    known = comparison.state.known(1, [M1, U1], []).known
    assert known.separations == {M1: {frozenset((known.homes[M1], known.homes[U1]))}}


def test_what_is_known_of_a_merged_member_is_its_canonical_profile_and_its_own_context(comparison: Comparison) -> None:
    comparison.append(M1, context={"os": "x"})
    comparison.append(M2, U1, context={"os": "y"})
    comparison.append(M1, U1)
    comparison.apply()
    loaded = comparison.state.known(1, [M1], [])
    member = loaded.known.homes[M1]
    canonical = loaded.known.canonical(member)
    assert (loaded.known.states[canonical].user_id, canonical) == (
        "u1",
        comparison.state.known(1, [U1], []).known.homes[U1],
    )
    assert [loaded.contexts[profile]["os"].value for profile in (member, canonical)] == ["x", "y"]


def test_every_member_of_a_chain_of_merges_names_its_canonical_profile(comparison: Comparison) -> None:
    """So that a lookup is one step, however many merges it took."""
    visitors = [Identifier("anonymous_id", f"v{number}") for number in range(20)]
    for visitor in visitors:
        comparison.append(visitor)
    for one, other in pairwise(reversed(visitors)):
        comparison.append(one, other)
        comparison.apply()
    chain = [person.into for person in comparison.observer.view(1).people]
    assert chain == [None, *range(19)]
    assert len(comparison.observer.rows("SELECT DISTINCT canonical FROM profiles WHERE canonical IS NOT NULL")) == 1
    assert comparison.undo(1, 18)
    comparison.check()


@given(st.uuids())
def test_an_id_is_the_same_after_its_bytes(id_: UUID) -> None:
    assert to_text(to_blob(str(id_))) == str(id_)


@pytest.mark.parametrize("text", ["", "x", "00", "0" * 34])
def test_what_is_no_id_has_no_bytes(text: str) -> None:
    with pytest.raises(ValueError, match=r"UUID|hexadecimal"):
        to_blob(text)


def test_a_state_that_is_locked_for_too_long_is_unavailable(tmp_path: Path) -> None:
    with closing(SqliteState(tmp_path / "s.db")) as state, closing(apsw.Connection(str(tmp_path / "s.db"))) as other:
        state.connection.set_busy_timeout(1)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(StateUnavailable), state.transaction():
            pass
        other.execute("ROLLBACK")
        with state.transaction():
            state.finish(at(1), DAY, ())
        assert state.positions() == at(1)
