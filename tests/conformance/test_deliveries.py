"""Conformance of delivery stores: outcomes go with the position, parked items keep the order of their person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.conformance.deliveries import ENGINES

from passerby.deliveries.protocol import (
    Changes,
    Count,
    Dead,
    DeliveryEngine,
    DeliveryStore,
    Exchange,
    Parked,
    Progress,
    index_of,
    number_of,
    row_of,
)
from passerby.deliveries.sqlite.store import EXCHANGES_KEPT

HOUR = 3_600_000


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> DeliveryEngine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def store(engine: DeliveryEngine) -> Iterator[DeliveryStore]:
    with closing(engine.open_store()) as opened:
        opened.begin("d", 100, 1)
        yield opened


def parked(number: int, person: str = "", not_before: int | None = 50, attempts: int = 1) -> Parked:
    return Parked(number, person, not_before, attempts, 10, 20, 503, "http_503")


def dead(number: int, reason: str = "http_422", at: int = 30) -> Dead:
    return Dead(number, "event", f"event-{number}", "ann", at, 1, 422, reason, "excerpt")


def test_numbers_of_items_ascend_in_the_order_of_the_outbox() -> None:
    assert number_of(1, 2**24 - 1) < number_of(2, 0)
    assert (row_of(number_of(7, 9)), index_of(number_of(7, 9))) == (7, 9)


def test_a_destination_begins_once(store: DeliveryStore) -> None:
    assert store.progress("other") is None
    assert store.begin("d", 500, 9) == Progress(100, 100, changed_at=1)
    assert store.positions() == {"d": 100}


def test_the_position_moves_with_the_outcomes(engine: DeliveryEngine, store: DeliveryStore) -> None:
    changes = Changes(read=120, done=110, at=5, waiting=3, oldest_at=4, breaker="{}", ahead=[105, 112, 115])
    store.record("d", changes)
    with closing(engine.open_store()) as reader:
        assert reader.progress("d") == Progress(120, 110, frozenset({112, 115}), 3, 4, "{}", 5)
    store.record("d", Changes(read=120, done=113, at=6))
    assert store.progress("d") == Progress(120, 113, frozenset({115}), changed_at=6)


def test_parked_items_are_due_after_their_time(store: DeliveryStore) -> None:
    items = [parked(101, not_before=60), parked(102, not_before=50), parked(103, not_before=90)]
    store.record("d", Changes(read=103, done=103, at=5, parked=items))
    assert store.next_due("d") == 50
    assert store.due("d", 49, 10) == []
    assert store.due("d", 60, 10) == [items[1], items[0]]
    assert store.due("d", 60, 1) == [items[1]]
    store.record("d", Changes(read=103, done=103, at=6, unparked=items[:2]))
    assert (store.parked("d"), store.next_due("d")) == (1, 90)


def test_the_next_item_of_a_person_is_due_when_the_earlier_one_is_not_parked_any_more(store: DeliveryStore) -> None:
    first, second, third = parked(101, "ann"), parked(102, "ann", None, 0), parked(103, "ann", None, 0)
    other = parked(104, "bob", 70)
    store.record("d", Changes(read=104, done=104, at=5, parked=[first, second, third, other]))
    assert store.due("d", 99, 10) == [first, other]
    assert store.parked_persons("d") == {"ann": 3, "bob": 1}
    again = first._replace(attempts=2, not_before=80)
    store.record("d", Changes(read=104, done=104, at=6, unparked=[first], parked=[again]))
    assert store.due("d", 99, 10) == [other, again]
    store.record("d", Changes(read=104, done=104, at=7, unparked=[again]))
    assert store.due("d", 99, 10) == [second._replace(not_before=7), other]
    assert store.oldest_of_person("d", "ann", 5) == [second._replace(not_before=7), third]


def test_parked_items_of_a_merged_profile_wait_in_the_order_of_the_winner(store: DeliveryStore) -> None:
    items = [parked(101, "loser"), parked(102, "loser", None, 0), parked(103, "winner")]
    store.record("d", Changes(read=103, done=103, at=5, parked=items))
    store.move_person("d", "loser", "winner")
    assert store.due("d", 99, 10) == [items[0]._replace(person="winner")]
    assert [item.number for item in store.oldest_of_person("d", "winner", 5)] == [101, 102, 103]


def test_items_of_the_event_store_have_numbers_of_their_own(store: DeliveryStore) -> None:
    events = parked(101)._replace(source="events")
    store.record("d", Changes(read=101, done=101, at=5, parked=[parked(101), events]))
    assert store.parked("d") == 2
    store.record("d", Changes(read=101, done=101, at=6, unparked=[events]))
    assert store.due("d", 99, 10) == [parked(101)]


def test_dead_items_are_listed_newest_first_by_reason(store: DeliveryStore) -> None:
    items = [dead(101, at=30), dead(102, "lane_full", at=31), dead(103, at=31)]
    store.record("d", Changes(read=103, done=103, at=31, dead=items))
    assert store.dead("d", limit=10) == [items[2], items[1], items[0]]
    assert store.dead("d", limit=10, before=(31, 102)) == [items[0]]
    assert store.dead("d", limit=1, reason="http_422") == [items[2]]
    assert store.dead_by_reason("d") == {"http_422": 2, "lane_full": 1}


def test_a_dead_item_is_tried_again_as_for_the_first_time(store: DeliveryStore) -> None:
    store.record("d", Changes(read=101, done=101, at=31, dead=[dead(101)]))
    assert store.revive("d", [dead(101), dead(102)], 40) == 1
    assert store.dead("d", limit=10) == []
    assert store.due("d", 40, 10) == [Parked(101, "", 40, 0, 40, 30, 422, "http_422")]
    assert store.totals("d") == {("replayed", ""): 1}


def test_dead_items_expire_and_are_counted(store: DeliveryStore) -> None:
    store.record("d", Changes(read=102, done=102, at=31, dead=[dead(101, at=30), dead(102, at=31)]))
    assert store.expire(31, 99) == 1
    assert store.dead("d", limit=10) == [dead(102, at=31)]
    assert store.totals("d") == {("expired", ""): 1}


def test_counts_are_kept_by_minute_and_for_all_time(store: DeliveryStore) -> None:
    changes = Changes(read=101, done=101, at=HOUR)
    changes.count("delivered", n=2)
    changes.count("delivered")
    changes.count("filtered", "when")
    changes.count("latency", "3")
    store.record("d", changes)
    later = Changes(read=101, done=101, at=2 * HOUR)
    later.count("delivered")
    store.record("d", later)
    assert store.counts("d", HOUR + 60_000) == [Count(120, "delivered", "", 1)]
    assert store.counts("d", 0) == [
        Count(60, "delivered", "", 3),
        Count(60, "filtered", "when", 1),
        Count(60, "latency", "3", 1),
        Count(120, "delivered", "", 1),
    ]
    store.forget(2 * HOUR, 0)
    assert store.counts("d", 0) == [Count(120, "delivered", "", 1)]
    assert store.totals("d") == {("delivered", ""): 4, ("filtered", "when"): 1}


def test_the_newest_exchanges_of_each_reason_are_kept(store: DeliveryStore) -> None:
    bad = Exchange(1, "dead", "http_422", 422, "request", "response")
    good = [Exchange(at, "delivered", "", 200, "request", "response") for at in range(2, 2 + EXCHANGES_KEPT + 5)]
    store.record("d", Changes(read=101, done=101, at=99, exchanges=[bad, *good]))
    assert store.exchanges("d", "http_422") == [bad]
    assert store.exchanges("d")[0] == good[-1]
    assert len(store.exchanges("d")) == EXCHANGES_KEPT
    store.forget(0, 10)
    assert min(each.at for each in store.exchanges("d")) == 10
    assert store.exchanges("d", "http_422") == []


def test_nothing_is_left_of_a_deleted_destination(engine: DeliveryEngine, store: DeliveryStore) -> None:
    changes = Changes(read=105, done=101, at=5, ahead=[103], parked=[parked(103)], dead=[dead(101)])
    changes.count("dead", "http_422")
    changes.exchanges.append(Exchange(1, "dead", "http_422", 422, "request", "response"))
    store.record("d", changes)
    store.delete("d")
    assert store.progress("d") is None
    assert (store.parked("d"), store.dead("d", limit=1), store.counts("d", 0), store.totals("d")) == (0, [], [], {})
    assert (store.exchanges("d"), store.positions()) == ([], {})
    assert engine.exists()
    assert all(engine.version())


def test_looking_whether_a_store_exists_creates_nothing(engine: DeliveryEngine, tmp_path: Path) -> None:
    assert not engine.exists()
    assert list(tmp_path.iterdir()) == []
