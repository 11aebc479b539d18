"""Every event store has each change of a profile once, in the order in which they happened."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.conformance.event_stores import ENGINES, Opened
from tests.delivery.outboxes import MemoryOutbox
from tests.event_store.chdb.sample_changes import NOW, changes_at, row, stored
from tests.event_store.chdb.sample_events import ANN, BOB, PROJECT, event, numbered, rows
from tests.positions import at

from passerby.delivery.relay import Relay
from passerby.event_store.protocol import StoredChange
from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.outbox.records import TEST_DATA, Change, Created, Erased, Merged, StageChanged
from passerby.positions import Position

CAT = "0192f0a0-0000-7000-8000-00000000000c"


@pytest.fixture(params=ENGINES)
def opened(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Opened]:
    opened = ENGINES[request.param](tmp_path)
    yield opened
    opened.store.close()


def deliver(opened: Opened, *batches: OutboxBatch, erased: frozenset[str] = frozenset()) -> None:
    """Deliver rows, and record that they are."""
    for batch in batches:
        opened.sink.deliver([batch], erased)
        opened.sink.record(Delivered(batch.id, at(batch.last_position)))


def read(opened: Opened, after: int = 0, limit: int = 1_000, project: int = PROJECT) -> list[StoredChange]:
    return opened.store.changes(project, Position(after), limit)


def test_changes_are_read_as_they_were_written_and_in_that_order(opened: Opened) -> None:
    first, second = changes_at(1), changes_at(2, BOB)
    deliver(opened, row(1, first + second), row(2, changes_at(3), at=NOW + 5))
    assert read(opened) == stored(first + second) + stored(changes_at(3), NOW + 5)


def test_a_new_store_has_none(opened: Opened) -> None:
    assert read(opened) == []


def test_a_change_names_the_profile_that_it_belongs_to(opened: Opened) -> None:
    merged = Merged(project=PROJECT, position=Position(4), profile=BOB, canonical=ANN, winner=ANN, merge_id=CAT)
    deliver(opened, row(1, [merged]))
    assert read(opened) == stored([merged])


def test_projects_never_see_each_others_changes(opened: Opened) -> None:
    deliver(opened, row(1, changes_at(1) + changes_at(2, project=2)))
    assert read(opened) == stored(changes_at(1))
    assert read(opened, project=2) == stored(changes_at(2, project=2))


@pytest.mark.parametrize("limit", [1, 4, 5, 9, 100])
def test_pages_together_are_all_changes(opened: Opened, limit: int) -> None:
    """A page ends with the last change at a position: a reader continues after that position."""
    everything = [change for position in range(1, 7) for change in changes_at(position)]
    deliver(opened, row(1, everything[:10]), row(2, everything[10:]))
    pages: list[StoredChange] = []
    while page := read(opened, pages[-1].change.position if pages else 0, limit):
        assert len(page) % 4 == 0
        assert len(page) < limit + 4
        pages += page
    assert pages == stored(everything)


def test_changes_that_no_message_caused_are_in_the_order_of_their_rows(opened: Opened) -> None:
    """They have the position of the last message, and may say the same again."""

    def stage(to: str, from_: str, when: int) -> Change:
        return StageChanged(project=PROJECT, position=Position(9), profile=ANN, from_=from_, to=to, at=when)

    steps = [stage("lead", "customer", NOW), stage("customer", "lead", NOW + 1), stage("lead", "customer", NOW + 2)]
    batches = [row(number, [step], step.at) for number, step in enumerate(steps, 2)]
    deliver(opened, row(1, changes_at(9)), *batches)
    opened.sink.record(Delivered())
    deliver(opened, row(1, changes_at(9)), *batches)
    assert [stored.change for stored in read(opened)] == [*changes_at(9), *steps]


def test_changes_are_delivered_together_with_events(opened: Opened) -> None:
    deliver(opened, row(1, changes_at(3))._replace(events=3, body=numbered(1, 3)))
    assert read(opened) == stored(changes_at(3))
    assert opened.store.total(PROJECT) == 3


def test_rows_that_are_delivered_again_after_a_restart_count_once(opened: Opened) -> None:
    batches = [row(number, changes_at(number)) for number in (1, 2, 3)]
    opened.sink.deliver(batches[:2], frozenset())  # and the process is killed before it can record that
    opened.reopen()
    deliver(opened, *batches)
    assert read(opened) == stored([change for number in (1, 2, 3) for change in changes_at(number)])


def test_a_store_that_is_filled_again_has_no_change_twice(opened: Opened) -> None:
    """Also where a restored state has divided the same changes otherwise."""
    everything = [change for position in range(1, 7) for change in changes_at(position)]
    deliver(opened, row(1, everything[:6]), row(2, everything[6:]))
    opened.sink.record(Delivered())
    deliver(opened, row(1, everything[:13]), row(2, everything[13:20]), row(3, everything[20:]))
    assert [stored.change for stored in read(opened)] == everything


def test_a_store_that_has_lost_everything_is_filled_from_the_outbox(opened: Opened) -> None:
    outbox = MemoryOutbox()
    outbox.batches = [
        row(number, changes_at(number))._replace(events=1, body=rows([event(number)])) for number in range(1, 9)
    ]
    for _ in range(2):
        relay = Relay(outbox, opened.sink)
        while relay.step().batches:
            pass
        assert [stored.change.position for stored in read(opened)[::4]] == list(range(1, 9))
        assert opened.store.total(PROJECT) == 8
        opened.clear()
        opened.sink.record(Delivered())


def test_of_an_erased_profile_only_its_erasure_is_kept(opened: Opened) -> None:
    erasure = Erased(project=PROJECT, position=Position(3), profile=ANN, request=TEST_DATA, at=NOW)
    deliver(opened, row(1, changes_at(1) + changes_at(2, BOB)), row(2, [erasure]))
    opened.sink.erase(PROJECT, [ANN])
    assert read(opened) == stored([*changes_at(2, BOB), erasure])
    opened.sink.record(Delivered())
    batches = [row(1, changes_at(1) + changes_at(2, BOB)), row(2, [erasure]), row(3, changes_at(4))]
    deliver(opened, *batches, erased=frozenset({ANN}))
    assert read(opened) == stored([*changes_at(2, BOB), erasure])


def test_changes_of_a_later_version_are_kept_and_not_read(opened: Opened) -> None:
    later = b'{"kind":"promoted","project":1,"position":1,"profile":"%s","rank":{"of":3}}\n' % ANN.encode()
    known = Created(project=PROJECT, position=Position(1), profile=BOB)
    batch = row(1, [known])
    deliver(opened, batch._replace(changes=later + batch.changes))
    assert read(opened) == stored([known])
