"""Damage is detected, detached, kept for inspection, and refilled from the outbox."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from structlog.testing import capture_logs
from tests.event_store.chdb.damage import IN_A_PART, garble, of_a_part, parts, remove
from tests.event_store.chdb.engine_tables import ask, copied, settle
from tests.event_store.chdb.sample_changes import changes_at, row, stored
from tests.event_store.chdb.sample_events import ANN, PROJECT, event, event_id, numbered, rows
from tests.event_store.chdb.test_opening import fill, set_aside

from passerby.event_store.chdb.change_rows import rows_of
from passerby.event_store.chdb.opening import open_event_store
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreBroken
from passerby.positions import Position

COPIES: dict[str, Callable[[ChdbEventStore], object]] = {
    "by_name": lambda store: store.count(PROJECT, "name 3", "count", "3"),
    "by_id": lambda store: store.event(PROJECT, event_id(77)),
}
"""The projections, and a question that each of them answers."""
ALL = [numbered(first, 100) for first in (1, 101, 201)]


def positions(store: ChdbEventStore) -> list[int]:
    return sorted(event.position for event in store.timeline(PROJECT, [ANN], limit=1_000))


def refill(store: ChdbEventStore) -> None:
    """What the relay does."""
    assert store.refilling
    for batch in ALL:
        store.refill(batch)
    store.refilled()


@pytest.fixture
def garbled(folder: Path) -> Iterator[ChdbEventStore]:
    """A store that is open, in which the data of a part is not what was written."""
    fill(folder)
    with closing(open_event_store(folder)) as store:
        ask(store, "SYSTEM STOP MERGES events")
        garble(parts(folder)[1] / "data.bin")
        yield store


def test_damage_is_detected_by_readers(garbled: ChdbEventStore) -> None:
    assert not garbled.damaged
    with pytest.raises(EventStoreBroken):
        positions(garbled)
    assert garbled.damaged


def test_what_is_whole_is_kept_and_the_rest_is_set_aside(garbled: ChdbEventStore, folder: Path) -> None:
    with capture_logs() as lines:
        garbled.repair()
    assert not garbled.damaged
    assert positions(garbled) == [*range(1, 101), *range(201, 301)]
    (aside,) = set_aside(folder)
    assert [part.name for part in aside.iterdir()] == ["all_2_2_0"]
    assert [line["log_level"] for line in lines] == ["error"]


def test_missing_rows_are_refilled_once(garbled: ChdbEventStore) -> None:
    garbled.repair()
    refill(garbled)
    assert positions(garbled) == list(range(1, 301))


def test_what_was_repaired_and_not_refilled_asks_for_it_at_the_next_start(
    garbled: ChdbEventStore, folder: Path
) -> None:
    garbled.repair()
    garbled.close()
    with closing(open_event_store(folder)) as store:
        assert not store.damaged
        refill(store)
        assert positions(store) == list(range(1, 301))
    with closing(open_event_store(folder)) as store:
        assert not store.refilling


@pytest.mark.parametrize("kind", IN_A_PART)
def test_a_part_that_opening_left_out_comes_back(folder: Path, kind: str) -> None:
    fill(folder)
    IN_A_PART[kind](folder)
    with closing(open_event_store(folder)) as store:
        assert store.damaged
        store.repair()
        refill(store)
        assert positions(store) == list(range(1, 301))
    assert len(set_aside(folder)) == 1
    with closing(open_event_store(folder)) as store:
        assert not store.damaged


@pytest.mark.parametrize("copy", COPIES)
def test_a_damaged_copy_in_another_order_is_made_again(folder: Path, copy: str) -> None:
    fill(folder)
    for file in (parts(folder)[0] / f"{copy}.proj").iterdir():
        file.write_bytes(b"")
    remove(parts(folder)[1] / f"{copy}.proj")
    with closing(open_event_store(folder)) as store:
        assert store.damaged
        assert store.count(PROJECT, "viewed") == 300
        store.repair()
        assert not store.refilling
        settle(store)
        assert store.count(PROJECT, "viewed", "count", "3") == 300
        assert store.event(PROJECT, event_id(7)) == event(7)
        assert copied(store, copy) == 300
    assert not set_aside(folder)
    with closing(open_event_store(folder)) as store:
        assert not store.damaged


@pytest.mark.parametrize("copy", COPIES)
def test_a_garbled_copy_in_another_order_costs_no_event(folder: Path, copy: str) -> None:
    with closing(open_event_store(folder)) as store:
        store.refilled()
        store.write(rows(event(n, name=f"name {n % 9}") for n in range(9_000)), "1")
        garble(parts(folder)[0] / f"{copy}.proj" / "data.bin")
        with pytest.raises(EventStoreBroken):
            COPIES[copy](store)
        store.repair()
        settle(store)
        assert not store.refilling
        assert store.event(PROJECT, event_id(77)) == event(77, name="name 5")
        assert store.count(PROJECT, "name 3", "count", "3") == 1_000
        assert store.total(PROJECT) == 9_000
        assert copied(store, copy) == 9_000


def test_repairing_what_is_whole_changes_nothing(folder: Path) -> None:
    fill(folder)
    with closing(open_event_store(folder)) as store:
        store.repair()
        assert not store.refilling
        assert positions(store) == list(range(1, 301))
    assert not set_aside(folder)


def test_a_damaged_index_is_found_when_it_is_read_and_costs_no_event(folder: Path) -> None:
    fill(folder)
    garble(of_a_part(folder, "skp_idx*.idx*"))
    with closing(open_event_store(folder)) as store:
        with pytest.raises(EventStoreBroken):
            ask(store, "SELECT count() AS n FROM events WHERE position BETWEEN 1 AND 300")
        store.repair()
        assert store.refilling
        refill(store)
        assert positions(store) == list(range(1, 301))


def test_damaged_changes_are_set_aside_and_filled_again(folder: Path) -> None:
    batches = [row(number, changes_at(number)) for number in (1, 2)]
    with closing(open_event_store(folder)) as store:
        store.refilled()
        ask(store, "SYSTEM STOP MERGES changes")
        for batch in batches:
            store.write_changes(rows_of([batch], ()))
        garble(parts(folder)[0] / "data.bin")
        with pytest.raises(EventStoreBroken):
            store.changes(PROJECT, Position(0), 9)
        assert store.damaged
        assert store.repair()
        assert store.refilling
        (aside,) = set_aside(folder)
        (moved,) = aside.iterdir()
        assert moved.name.startswith("changes-all_")
        assert len(store.changes(PROJECT, Position(0), 9)) == 4
        store.refill_changes(rows_of(batches, ()))
        assert store.changes(PROJECT, Position(0), 9) == stored(changes_at(1) + changes_at(2))
