"""The outbox: what relays read, their progress, and what retention deletes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.positions import at as offset

from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.positions import Positions, pack
from passerby.settings import LogSettings
from passerby.state.protocol import OutboxRow
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.store import SqliteState

DAY_MS = 86_400_000
NOW = 100 * DAY_MS


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    state = SqliteState(tmp_path / "state.db")
    yield state
    state.close()


@pytest.fixture
def outbox(tmp_path: Path, state: SqliteState) -> Iterator[SqliteOutbox]:
    del state
    outbox = SqliteOutbox(tmp_path / "state.db", LogSettings(retention_days=7))
    yield outbox
    outbox.close()


def fill(state: SqliteState, batches: int, at: int = NOW, size: int = 10) -> None:
    """Put batches into the outbox, each of two events, as the worker does after ten messages."""
    for _ in range(batches):
        with state.transaction():
            position = pack(0, state.positions().offset() + 10)
        state.finish(Positions([position]), at, [OutboxRow(position, 2, b"x" * size)])


def test_it_is_read_in_order_after_an_id(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 3)
    assert outbox.read(1, 100, 100) == [
        OutboxBatch(2, pack(0, 20), 2, b"x" * 10),
        OutboxBatch(3, pack(0, 30), 2, b"x" * 10),
    ]
    assert outbox.read(3, 100, 100) == []


def test_changes_that_were_stored_without_compression_are_read(
    tmp_path: Path, state: SqliteState, outbox: SqliteOutbox
) -> None:
    fill(state, 1)
    line = b'{"kind":"created","project":1,"position":7,"profile":"a"}\n'
    with closing(apsw.Connection(str(tmp_path / "state.db"))) as connection:
        connection.execute("UPDATE outbox SET changes = ?", (line,))
    assert [batch.changes for batch in outbox.read(0, 100, 100)] == [line]


@pytest.mark.parametrize("rows, size, read", [(1, 1000, 1), (3, 1000, 2), (100, 1, 1), (100, 25, 3), (100, 1000, 5)])
def test_a_read_ends_when_it_has_enough_of_either(
    state: SqliteState, outbox: SqliteOutbox, rows: int, size: int, read: int
) -> None:
    fill(state, 5)
    assert len(outbox.read(0, rows, size)) == read


def test_a_consumer_that_never_ran_is_at_the_beginning(outbox: SqliteOutbox) -> None:
    assert outbox.delivered("events") == Delivered(0, offset(0))
    assert outbox.applied() == offset(0)


def test_a_consumer_finds_how_far_it_was(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 3)
    outbox.commit("events", 2)
    assert outbox.delivered("events") == Delivered(2, offset(20))
    assert outbox.delivered("another") == Delivered(0, offset(0))
    assert outbox.applied() == offset(30)


def test_a_consumer_can_go_back(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 2)
    outbox.commit("events", 2)
    outbox.commit("events", 0)
    assert outbox.delivered("events") == Delivered(0, offset(0))


def test_a_range_that_an_older_release_was_delivering_is_not_delivered_yet(
    tmp_path: Path, state: SqliteState, outbox: SqliteOutbox
) -> None:
    fill(state, 3)
    with closing(apsw.Connection(str(tmp_path / "state.db"))) as connection:
        connection.execute("INSERT INTO relays (name, done, planned) VALUES ('events', 1, 3)")
    assert outbox.delivered("events") == Delivered(1, offset(10))


def test_what_is_old_goes_once_every_relay_has_passed_it(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 60, at=NOW - 8 * DAY_MS)
    fill(state, 3, at=NOW - 6 * DAY_MS)
    assert outbox.prune(NOW) == 0
    outbox.commit("events", 55)
    assert outbox.prune(NOW) == 55
    outbox.commit("events", 63)
    assert outbox.prune(NOW) == 5
    assert [batch.id for batch in outbox.read(0, 100, 1000)] == [61, 62, 63]


def test_a_relay_that_is_behind_holds_everything_back(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 4, at=NOW - 30 * DAY_MS)
    for relay, done in (("events", 4), ("webhook", 1)):
        outbox.commit(relay, done)
    assert outbox.prune(NOW) == 1


def test_what_is_beyond_the_size_goes_even_if_it_is_young(tmp_path: Path, state: SqliteState) -> None:
    outbox = SqliteOutbox(tmp_path / "state.db", LogSettings(retention_days=7, retention_bytes=250))
    fill(state, 10, size=100)
    outbox.commit("events", 10)
    assert outbox.prune(NOW) == 8
    assert [batch.id for batch in outbox.read(0, 100, 10_000)] == [9, 10]
    outbox.close()


def test_ids_go_on_after_everything_was_pruned(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 2, at=0)
    outbox.commit("events", 2)
    outbox.prune(NOW)
    fill(state, 1)
    assert [batch.id for batch in outbox.read(2, 100, 1000)] == [3]
