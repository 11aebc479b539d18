"""The chDB sink stores every event once, for any repeated and divided deliveries."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from tests.delivery.outboxes import MemoryOutbox
from tests.event_store.chdb.damage import garble, parts
from tests.event_store.chdb.engine_tables import ask
from tests.event_store.chdb.sample_events import ANN, BOB, PROJECT, numbered
from tests.positions import at

from passerby.delivery.protocol import SinkFailed
from passerby.delivery.relay import Relay
from passerby.event_store.chdb.opening import open_event_store
from passerby.event_store.chdb.sink import CLAIM_ROWS, ChdbSink
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.positions import Position


@pytest.fixture
def opened(folder: Path) -> Iterator[ChdbEventStore]:
    """A store that has caught up with an empty outbox."""
    with closing(open_event_store(folder)) as store:
        Relay(MemoryOutbox(), ChdbSink(store)).step()
        yield store


def positions(store: ChdbEventStore) -> list[int]:
    return sorted(event.position for event in store.timeline(PROJECT, [ANN, BOB], limit=10_000))


def deliver_all(outbox: MemoryOutbox, store: ChdbEventStore) -> Relay:
    relay = Relay(outbox, ChdbSink(store))
    while relay.step().batches:
        pass
    return relay


def batch(number: int, first: int, events: int, **changes: Any) -> OutboxBatch:
    body = numbered(first, events, **changes)
    return OutboxBatch(number, Position(first + events - 1), events, body)


def failing(store: ChdbEventStore, monkeypatch: pytest.MonkeyPatch, error: BaseException) -> None:
    """Have every write be made, and then fail."""
    made = {name: getattr(store, name) for name in ("write", "refill")}

    def fail(name: str) -> Any:
        def written(*arguments: Any) -> None:
            made[name](*arguments)
            raise error

        return written

    for name in made:
        monkeypatch.setattr(store, name, fail(name))


def test_what_is_delivered_is_visible_and_recorded(opened: ChdbEventStore, folder: Path) -> None:
    outbox = MemoryOutbox(3)
    relay = deliver_all(outbox, opened)
    assert (positions(opened), opened.visible) == (list(range(1, 31)), at(30))
    relay.start()
    assert relay.stop(30)
    opened.close()
    with closing(open_event_store(folder)) as store:
        assert (store.visible, ChdbSink(store).delivered()) == (at(30), Delivered(3, at(30)))


def test_rows_that_cannot_be_there_are_not_compared(opened: ChdbEventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened, "refill", None)
    outbox = MemoryOutbox()
    relay = Relay(outbox, ChdbSink(opened))
    for _ in range(3):
        outbox.add()
        relay.step()
    assert positions(opened) == list(range(1, 31))


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EventStoreFailed("no"), EventStoreBroken("no")])
def test_a_write_that_was_made_and_not_recorded_is_not_made_twice(opened: ChdbEventStore, error: BaseException) -> None:
    outbox = MemoryOutbox(3)
    sink = ChdbSink(opened)
    with pytest.MonkeyPatch.context() as patch:
        failing(opened, patch, error)
        with pytest.raises((KeyboardInterrupt, SinkFailed)):
            Relay(outbox, sink).step()
    opened._damaged = False  # noqa: SLF001 - nothing was damaged
    outbox.add(2)
    for again in (sink, ChdbSink(opened)):
        relay = Relay(outbox, again)
        while relay.step().batches:
            pass
        assert positions(opened) == list(range(1, 51))


def test_rows_that_were_written_before_a_restart_are_compared(opened: ChdbEventStore) -> None:
    outbox = MemoryOutbox(2)
    sink = ChdbSink(opened)
    sink.deliver(outbox.batches, frozenset())  # and the process is killed before it can record that
    outbox.batches[1:] = [batch(2, 11, 5), batch(3, 16, 25)]  # a newer release divides them differently
    deliver_all(outbox, opened)
    assert positions(opened) == list(range(1, 41))


def test_rows_are_claimed_before_they_are_written_and_many_at_a_time(
    opened: ChdbEventStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    claims: list[int] = []
    monkeypatch.setattr(opened, "write", lambda *_: claims.append(opened.marker.claimed))
    sink = ChdbSink(opened)
    for number in (1, 2, CLAIM_ROWS + 1, CLAIM_ROWS + 2):
        sink.deliver([batch(number, number, 1)], frozenset())
    assert claims == [CLAIM_ROWS + 1] * 3 + [2 * CLAIM_ROWS + 2]


def test_a_store_of_an_older_release_continues_at_the_outbox_position(opened: ChdbEventStore, folder: Path) -> None:
    outbox = MemoryOutbox(3)
    deliver_all(outbox, opened)
    opened.close()
    (folder / "passerby.json").write_text('{"refilling":false}')
    outbox.committed = {"events": 2}  # the third was written, and not recorded
    outbox.add()
    with closing(open_event_store(folder)) as store:
        relay = deliver_all(outbox, store)
        assert positions(store) == list(range(1, 41))
        assert not store.refilling
        assert relay.stop(0) is True if relay._thread.is_alive() else True  # noqa: SLF001 - it was never started
        assert store.marker.row == 4


def test_a_partly_filled_store_of_an_older_release_is_filled_again(opened: ChdbEventStore, folder: Path) -> None:
    outbox = MemoryOutbox(3)
    deliver_all(outbox, opened)
    ask(opened, "TRUNCATE TABLE events")
    opened.close()
    (folder / "passerby.json").write_text('{"refilling":true}')
    outbox.committed = {"events": 2}
    with closing(open_event_store(folder)) as store:
        deliver_all(outbox, store)
        assert positions(store) == list(range(1, 31))


def test_a_state_that_was_restored_makes_no_event_twice(opened: ChdbEventStore) -> None:
    outbox = MemoryOutbox(5)
    deliver_all(outbox, opened)
    outbox.committed = {"events": 2}
    outbox.batches[2:] = [batch(3, 21, 30), batch(4, 51, 10)]
    deliver_all(outbox, opened)
    assert positions(opened) == list(range(1, 61))


def test_damage_is_repaired_and_what_is_missing_filled_in_while_it_runs(opened: ChdbEventStore, folder: Path) -> None:
    outbox = MemoryOutbox()
    relay = Relay(outbox, ChdbSink(opened))
    ask(opened, "SYSTEM STOP MERGES events")
    for _ in range(3):
        outbox.add(10)
        relay.step()
    garble(parts(folder)[1] / "data.bin")
    with pytest.raises(EventStoreBroken):
        positions(opened)
    relay.step()
    assert (positions(opened), opened.visible) == (list(range(1, 301)), at(300))
    assert not opened.refilling


def test_what_is_filled_again_is_not_visible_until_it_is_there(opened: ChdbEventStore, folder: Path) -> None:
    outbox = MemoryOutbox()
    sink = ChdbSink(opened)
    relay = Relay(outbox, sink)
    ask(opened, "SYSTEM STOP MERGES events")
    for _ in range(2):
        outbox.add(10)
        relay.step()
    garble(parts(folder)[0] / "data.bin")
    with pytest.raises(EventStoreBroken):
        positions(opened)
    sink.prepare()
    assert (opened.visible, sink.delivered(), opened.refilling) == (at(0), Delivered(), True)


def test_events_of_erased_profiles_are_not_written(opened: ChdbEventStore) -> None:
    outbox = MemoryOutbox(2)
    outbox.delete(PROJECT, ANN)
    outbox.batches.append(batch(3, 21, 5, profile_id=BOB))
    deliver_all(outbox, opened)
    assert (positions(opened), opened.visible) == (list(range(21, 26)), at(25))


def test_events_that_were_written_before_their_profile_was_erased_are_deleted(opened: ChdbEventStore) -> None:
    outbox = MemoryOutbox()
    outbox.batches.append(OutboxBatch(1, Position(15), 15, numbered(6, 10) + numbered(1, 5, profile_id=BOB)))
    ChdbSink(opened).deliver(outbox.batches, frozenset())  # and the process is killed
    outbox.delete(PROJECT, ANN)
    deliver_all(outbox, opened)
    assert positions(opened) == [1, 2, 3, 4, 5]
    assert outbox.to_delete == []


def test_a_deletion_that_fails_is_reported(opened: ChdbEventStore, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> None:
        raise EventStoreFailed("TIMEOUT_EXCEEDED")

    monkeypatch.setattr(opened, "delete", fail)
    with pytest.raises(SinkFailed, match="TIMEOUT_EXCEEDED") as failed:
        ChdbSink(opened).erase(PROJECT, [ANN])
    assert failed.value.fault == "EventStoreFailed"
