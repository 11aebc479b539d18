"""The outbox: what relays read, their progress, and what retention deletes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.old_files import STATE, older
from tests.positions import at as offset

from passerby.outbox.protocol import Delivered, OutboxBatch, OutboxSize
from passerby.positions import Positions, pack
from passerby.settings import OutboxSettings
from passerby.state.protocol import OutboxRow
from passerby.state.sqlite import outbox as outbox_module
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
    outbox = SqliteOutbox(tmp_path / "state.db", OutboxSettings(retention=7 * 24))
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
        OutboxBatch(2, pack(0, 20), 2, b"x" * 10, at=NOW),
        OutboxBatch(3, pack(0, 30), 2, b"x" * 10, at=NOW),
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


def pruned(outbox: SqliteOutbox, now: int = NOW) -> int:
    """Prune until nothing is left to prune; return how many rows are gone."""
    gone = 0
    while rows := outbox.prune(now):
        gone += rows
    return gone


def test_old_rows_are_deleted_once_every_relay_has_delivered_them(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 60, at=NOW - 8 * DAY_MS)
    fill(state, 3, at=NOW - 6 * DAY_MS)
    assert outbox.prune(NOW) == 0
    outbox.commit("events", 55)
    assert pruned(outbox) == 55
    outbox.commit("events", 63)
    assert pruned(outbox) == 5
    assert [batch.id for batch in outbox.read(0, 100, 1000)] == [61, 62, 63]


def test_a_relay_that_is_behind_holds_everything_back(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 4, at=NOW - 30 * DAY_MS)
    for relay, done in (("events", 4), ("webhook", 1)):
        outbox.commit(relay, done)
    assert pruned(outbox) == 1


def test_what_is_beyond_the_size_goes_even_if_it_is_young(tmp_path: Path, state: SqliteState) -> None:
    outbox = SqliteOutbox(tmp_path / "state.db", OutboxSettings(max_bytes=250))
    fill(state, 10, size=100)
    outbox.commit("events", 10)
    assert pruned(outbox) == 8
    assert [batch.id for batch in outbox.read(0, 100, 10_000)] == [9, 10]
    outbox.close()


def test_without_a_size_only_age_counts(tmp_path: Path, state: SqliteState) -> None:
    outbox = SqliteOutbox(tmp_path / "state.db", OutboxSettings(retention=24, max_bytes=0))
    fill(state, 3, at=NOW - DAY_MS - 1, size=100)
    fill(state, 3, at=NOW - DAY_MS + 1, size=100)
    outbox.commit("events", 6)
    assert pruned(outbox) == 3
    outbox.close()


@pytest.mark.parametrize("bound, value", [("_CHUNK", 2), ("_CHUNK_BYTES", 11)])
def test_a_part_is_pruned_at_a_time(
    state: SqliteState, outbox: SqliteOutbox, monkeypatch: pytest.MonkeyPatch, bound: str, value: int
) -> None:
    """The worker waits for it."""
    monkeypatch.setattr(outbox_module, bound, value)
    fill(state, 5, at=0)
    outbox.commit("events", 5)
    assert [outbox.prune(NOW) for _ in range(4)] == [2, 2, 1, 0]


def test_ids_continue_after_everything_was_pruned(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 2, at=0)
    outbox.commit("events", 2)
    assert pruned(outbox) == 2
    fill(state, 1)
    assert [batch.id for batch in outbox.read(2, 100, 1000)] == [3]


def test_a_consumer_learns_what_it_has_lost(state: SqliteState, outbox: SqliteOutbox) -> None:
    assert outbox.first() == 1
    fill(state, 4, at=0)
    fill(state, 2)
    assert outbox.first() == 1
    outbox.commit("events", 6)
    assert pruned(outbox) == 4
    assert outbox.first() == 5
    assert [batch.id for batch in outbox.read(1, 100, 1000)] == [5, 6]


def test_a_consumer_learns_that_it_has_lost_everything(state: SqliteState, outbox: SqliteOutbox) -> None:
    fill(state, 3, at=0)
    outbox.commit("events", 3)
    assert pruned(outbox) == 3
    assert outbox.read(0, 100, 1000) == []
    assert outbox.first() == 4


def test_size_and_age_are_known_without_reading_the_rows(state: SqliteState, outbox: SqliteOutbox) -> None:
    assert outbox.size() == OutboxSize(0, 0)
    fill(state, 2, at=NOW - 8 * DAY_MS, size=30)
    fill(state, 3, size=40)
    assert outbox.size() == OutboxSize(180, NOW - 8 * DAY_MS)
    outbox.commit("events", 5)
    assert pruned(outbox) == 2
    assert outbox.size() == OutboxSize(120, NOW)


def test_rows_from_before_sizes_were_kept_are_not_counted_and_expire(tmp_path: Path) -> None:
    file = tmp_path / "old.db"
    with older(file, STATE, 7) as connection:
        row = (10, 2, 100, NOW - 8 * DAY_MS, b"x" * 100)
        statement = "INSERT INTO outbox (last_position, events, bytes, created_at, body) VALUES (?, ?, ?, ?, ?)"
        connection.executemany(statement, [row] * 3)
    with closing(SqliteState(file)) as state, closing(SqliteOutbox(file, OutboxSettings())) as outbox:
        fill(state, 2, size=40)
        assert outbox.size() == OutboxSize(80, NOW - 8 * DAY_MS)
        outbox.commit("events", 5)
        assert pruned(outbox) == 3
        assert outbox.size() == OutboxSize(80, NOW)
