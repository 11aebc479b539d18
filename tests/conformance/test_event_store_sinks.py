"""Conformance of event store sinks: what the relay relies on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.event_stores import ENGINES, Opened
from tests.delivery.outboxes import MemoryOutbox
from tests.event_store.chdb.sample_events import ANN, BOB, PROJECT, event, numbered, rows
from tests.positions import at

from passerby.delivery.protocol import Sink, SinkFailed
from passerby.delivery.relay import Relay
from passerby.event_store.protocol import EventStore
from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.positions import Position


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    opened = ENGINES[request.param](tmp_path)
    yield opened
    opened.store.close()


def deliver(outbox: MemoryOutbox, sink: Sink) -> None:
    relay = Relay(outbox, sink)
    while relay.step().batches:
        pass
    relay.commit()


def stored(store: EventStore) -> list[int]:
    return sorted(event.position for event in store.timeline(PROJECT, [ANN, BOB], limit=1_000))


def test_a_new_store_is_empty_and_reports_it(opened: Opened) -> None:
    assert (opened.sink.delivered(), opened.store.visible) == (Delivered(), at(0))


def test_what_is_delivered_is_there_and_visible(opened: Opened) -> None:
    deliver(MemoryOutbox(3), opened.sink)
    assert (stored(opened.store), opened.store.visible) == (list(range(1, 31)), at(30))


def test_how_far_it_is_outlives_the_process(opened: Opened) -> None:
    outbox = MemoryOutbox(3)
    outbox.ahead = 5
    deliver(outbox, opened.sink)
    opened.reopen()
    assert (opened.sink.delivered(), opened.store.visible) == (Delivered(3, at(35)), at(35))


def test_rows_that_are_delivered_again_after_a_restart_count_once(opened: Opened) -> None:
    outbox = MemoryOutbox(3)
    opened.sink.deliver(outbox.batches[:2], frozenset())  # and the process is killed before it can record that
    opened.reopen()
    deliver(outbox, opened.sink)
    opened.reopen()
    deliver(outbox, opened.sink)
    assert stored(opened.store) == list(range(1, 31))


def test_rows_that_are_delivered_again_in_other_ranges_count_once(opened: Opened) -> None:
    outbox = MemoryOutbox()
    deliver(outbox, opened.sink)
    outbox.add(5)
    opened.sink.deliver(outbox.batches[1:3], frozenset())
    opened.reopen()
    for first, last in ((0, 2), (2, 5)):
        opened.sink.deliver(outbox.batches[first:last], frozenset())
    assert stored(opened.store) == list(range(1, 51))


def test_a_sink_that_goes_back_is_filled_again_without_a_double(opened: Opened) -> None:
    outbox = MemoryOutbox(4)
    deliver(outbox, opened.sink)
    opened.sink.record(Delivered(1, at(10)))
    assert opened.store.visible == at(10)
    deliver(outbox, opened.sink)
    assert (stored(opened.store), opened.store.visible) == (list(range(1, 41)), at(40))


def test_a_delivery_that_fails_has_stored_nothing_and_can_be_repeated(opened: Opened) -> None:
    good, bad = numbered(1, 3), rows([event(4), event(5, profile_id="no id")])
    deliver(MemoryOutbox(), opened.sink)
    with pytest.raises(SinkFailed) as failed:
        opened.sink.deliver([OutboxBatch(1, Position(5), 5, good + bad)], frozenset())
    assert "no id" not in str(failed.value)
    assert stored(opened.store) == []
    opened.sink.deliver([OutboxBatch(1, Position(3), 3, good)], frozenset())
    assert stored(opened.store) == [1, 2, 3]


def test_erased_profiles_lose_their_events_and_get_no_more(opened: Opened) -> None:
    outbox = MemoryOutbox(2)
    deliver(outbox, opened.sink)
    outbox.delete(PROJECT, ANN)
    outbox.batches.append(OutboxBatch(3, Position(25), 5, numbered(21, 5, profile_id=BOB)))
    deliver(outbox, opened.sink)
    assert stored(opened.store) == list(range(21, 26))
    opened.sink.record(Delivered())
    deliver(outbox, opened.sink)
    assert (stored(opened.store), opened.store.visible) == (list(range(21, 26)), at(25))
    opened.sink.erase(PROJECT, [ANN])
    assert opened.store.total(PROJECT) == 5


def test_an_engine_is_tried_without_its_store_while_that_is_in_use(opened: Opened) -> None:
    trial = opened.engine.trial(in_use=True)
    assert (trial.engine, trial.version) == opened.engine.version()
    assert (trial.problem, trial.opened) == ("", False)
