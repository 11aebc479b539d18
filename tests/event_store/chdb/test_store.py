"""Parts and threads of chDB, beyond the conformance tests (`tests/conformance/test_event_store.py`)."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import msgspec
import pytest
from tests.event_store.chdb.sample_events import ANN, NOON, PROJECT, event, numbered, rows

from passerby.event_store.chdb import store as chdb
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreFailed
from passerby.messages import StoredEvent


def timeline(store: ChdbEventStore, *profiles: str, limit: int = 100, **more: Any) -> list[StoredEvent]:
    return store.timeline(PROJECT, profiles or [ANN], limit=limit, **more)


def parts(store: ChdbEventStore) -> int:
    """How many parts the engine keeps."""
    found = store._engine.query("SELECT count() AS n FROM system.parts WHERE active AND table = 'events'")  # noqa: SLF001 - behind its face
    return int(msgspec.json.decode(found)["n"])


def test_events_survive_merges_of_parts(store: ChdbEventStore) -> None:
    for number in range(12):
        store.write(numbered(1 + number * 10, 10, properties={"a": number}), str(number))
    store._engine.query("OPTIMIZE TABLE events FINAL")  # noqa: SLF001 - behind its face
    assert parts(store) == 1
    assert len(timeline(store, limit=1_000)) == 120
    assert store.count(PROJECT, "viewed", "a", "7") == 10


def test_queries_take_turns_when_there_are_more_than_connections(store: ChdbEventStore) -> None:
    store.write(numbered(1, 10), "1")
    begin = threading.Barrier(20)

    def read(_: int) -> int:
        begin.wait()
        return len(timeline(store))

    with ThreadPoolExecutor(20) as threads:
        assert list(threads.map(read, range(20))) == [10] * 20


class TestWritingAgain:
    def test_the_same_rows_count_once(self, store: ChdbEventStore) -> None:
        for _ in range(3):
            store.write(numbered(1, 50), "1")
        assert store.total(PROJECT) == 50

    def test_a_batch_over_many_days_and_projects_counts_once(self, store: ChdbEventStore) -> None:
        batch = rows(event(n, time=NOON + n * 86_400_000, project=1 + n % 3) for n in range(1, 60))
        store.write(batch, "1")
        store.write(batch, "1")
        assert [store.total(project) for project in (1, 2, 3)] == [19, 20, 20]

    def test_no_rows_are_no_events(self, store: ChdbEventStore) -> None:
        store.write(b"", "1")
        store.refill(b"")
        assert store.total(PROJECT) == 0

    def test_a_large_batch_is_one_part(self, store: ChdbEventStore) -> None:
        store.write(numbered(1, 30_000), "1")
        assert parts(store) == 1

    def test_a_batch_too_large_for_one_part_is_divided_and_counts_once(
        self, store: ChdbEventStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chdb, "PIECE_BYTES", 4_000)
        for _ in range(2):
            store.write(numbered(1, 60), "1")
        assert store.total(PROJECT) == 60

    def test_half_of_a_divided_batch_is_made_whole(
        self, store: ChdbEventStore, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(chdb, "PIECE_BYTES", len(numbered(1, 10)))
        store.write(numbered(1, 10), "half")
        store.write(numbered(1, 20), "whole")
        assert store.total(PROJECT) == 20

    def test_rows_that_cannot_be_read_leave_nothing(self, store: ChdbEventStore) -> None:
        broken = rows([event(), event(profile_id="no id")])
        with pytest.raises(EventStoreFailed):
            store.write(broken, "1")
        assert store.total(PROJECT) == 0

    def test_an_error_says_nothing_about_the_rows(self, store: ChdbEventStore) -> None:
        with pytest.raises(EventStoreFailed) as caught:
            store.write(rows([event(profile_id="ann@example.org")]), "1")
        assert "ann" not in str(caught.value)
        assert caught.value.__cause__ is None

    def test_writers_and_readers_do_not_disturb_each_other(self, store: ChdbEventStore) -> None:
        def write(number: int) -> None:
            store.write(numbered(1 + number * 20, 20), str(number))

        with ThreadPoolExecutor(12) as threads:
            writes = list(threads.map(write, range(24)))
            reads = list(threads.map(lambda _: len(timeline(store)), range(24)))
        assert len(writes) == len(reads) == 24
        assert store.total(PROJECT) == 480


class TestRefilling:
    def test_only_what_is_missing_is_added(self, store: ChdbEventStore) -> None:
        store.write(numbered(5, 10), "1")
        store.refill(numbered(1, 20))
        store.refill(numbered(1, 20))
        assert sorted(read.position for read in timeline(store)) == list(range(1, 21))

    def test_batches_may_be_divided_differently_than_before(self, store: ChdbEventStore) -> None:
        for first in range(1, 21, 4):
            store.write(numbered(first, 4), str(first))
        for first in range(1, 22, 7):
            store.refill(numbered(first, 7))
        assert store.total(PROJECT) == 21
