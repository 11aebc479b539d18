"""Order per person: an item that is retried delays that person's later items, and those of no other."""

from __future__ import annotations

from collections import defaultdict

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.lanes import LANES, Dropped, Order, lane


def test_a_lane_is_the_same_in_every_process() -> None:
    assert lane("01995f10-6a00-7000-8000-000000000001") == 83
    assert lane("") == 0


@given(st.text())
def test_every_profile_has_a_lane(canonical: str) -> None:
    assert 0 <= lane(canonical) < LANES


def test_lanes_are_about_equally_full() -> None:
    counts = [0] * LANES
    for number in range(25_600):
        counts[lane(f"01995f10-6a00-7000-8000-{number:012x}")] += 1
    assert 50 < min(counts) <= max(counts) < 150


def test_a_second_item_of_a_person_waits_for_the_first() -> None:
    order = Order[int]()
    assert order.offer("a", 1)
    assert not order.offer("a", 2)
    assert order.offer("b", 3)
    assert order.finish("a") == 2
    assert order.finish("a") is None
    assert len(order) == 1


def test_an_item_that_waits_for_a_retry_delays_its_persons_later_items() -> None:
    order = Order[int]()
    order.offer("a", 1)
    order.offer("a", 2)
    order.park("a", 100)
    assert not order.offer("a", 3)
    assert order.offer("b", 4)
    assert order.next_due() == 100
    assert list(order.due(99)) == []
    assert list(order.due(100)) == [("a", 1)]
    assert list(order.due(100)) == []
    assert order.next_due() is None
    assert [order.finish("a"), order.finish("a"), order.finish("a")] == [2, 3, None]


def test_waiting_items_are_restored_in_their_order() -> None:
    order = Order[int]()
    for item in (1, 2, 3):
        order.restore("a", item, 50)
    assert not order.offer("a", 4)
    assert list(order.due(50)) == [("a", 1)]
    assert [order.finish("a"), order.finish("a"), order.finish("a")] == [2, 3, 4]


def test_the_oldest_of_too_many_waiting_items_are_dropped() -> None:
    order = Order[int](most_waiting=2)
    for item in (1, 2, 3, 4):
        order.offer("a", item)
    assert order.overflow("a") == [Dropped("a", 2)]
    order.park("a", 10)
    assert order.overflow("a") == [Dropped("a", 1)]
    assert order.overflow("a") == order.overflow("x") == []
    assert list(order.due(10)) == [("a", 3)]
    assert order.finish("a") == 4


STEP = st.tuples(st.sampled_from(["offer", "deliver", "park", "wait"]), st.sampled_from("abc"), st.integers(0, 30))


@pytest.mark.parametrize("most", [2, 1_000])
@given(steps=st.lists(STEP, max_size=150))
def test_items_of_a_person_are_delivered_in_their_order(steps: list[tuple[str, str, int]], most: int) -> None:
    order = Order[int](most_waiting=most)
    offered: dict[str, list[int]] = defaultdict(list)
    delivered: dict[str, list[int]] = defaultdict(list)
    dropped: dict[str, list[int]] = defaultdict(list)
    in_flight: dict[str, int] = {}
    now = 0
    for number, (step, person, wait) in enumerate(steps):
        if step == "offer":
            offered[person].append(number)
            if order.offer(person, number):
                assert person not in in_flight
                in_flight[person] = number
            dropped[person] += [each.item for each in order.overflow(person)]
        elif step == "wait":
            now += wait
            for due, item in order.due(now):
                assert due not in in_flight
                in_flight[due] = item
        elif person in in_flight and step == "park":
            del in_flight[person]
            order.park(person, now + wait)
            dropped[person] += [each.item for each in order.overflow(person)]
        elif person in in_flight:
            delivered[person].append(in_flight.pop(person))
            following = order.finish(person)
            if following is not None:
                in_flight[person] = following
    while (due_at := order.next_due()) is not None:
        in_flight.update(order.due(due_at))
    for person in "abc":
        while person in in_flight:
            delivered[person].append(in_flight.pop(person))
            following = order.finish(person)
            if following is not None:
                in_flight[person] = following
    assert len(order) == 0
    for person in "abc":
        assert delivered[person] == sorted(delivered[person])
        assert sorted(delivered[person] + dropped[person]) == offered[person]
        assert not dropped[person] or most == 2
