"""The window: the position moves over items with an outcome only, and people keep their order."""

from __future__ import annotations

from collections import defaultdict

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from passerby.delivery.destinations.items import Item
from passerby.delivery.destinations.window import Window
from passerby.positions import Position

PEOPLE = ("ann", "bob", "cid")


def item(number: int) -> Item:
    return Item(number, "event", 1, "profile", Position(number), number * 10)


class Deliveries(RuleBasedStateMachine):
    """Reads, sends, parks, retries, merges and restarts; compares with plain lists and sets."""

    def __init__(self) -> None:
        super().__init__()
        self.window = Window(0, (), {}, ordered=True)
        self.number = 0
        self.selected: dict[int, str] = {}
        self.outcomes: set[int] = set()
        self.flying: list[tuple[Item, str]] = []
        self.parked: dict[int, str] = {}
        self.absorbed: dict[str, str] = {}
        self.before: dict[int, set[int]] = {}
        """For each item, the earlier ones of its person when it was read, settled before it is sent."""
        self.done = 0
        self.ahead: set[int] = set()

    def canonical(self, person: str) -> str:
        while person in self.absorbed:
            person = self.absorbed[person]
        return person

    def park(self, number: int, person: str) -> None:
        self.parked[number] = self.canonical(person)
        self.window.count_parked(self.window.person(person), 1)

    @rule(person=st.sampled_from(PEOPLE))
    def read_an_item(self, person: str) -> None:
        person = self.canonical(person)
        self.number += 1
        if self.window.has_outcome(self.number):
            self.window.skip(self.number)
            return
        self.before[self.number] = {
            number
            for number, owner in self.selected.items()
            if self.canonical(owner) == person and (number not in self.outcomes or number in self.parked)
        }
        self.selected[self.number] = person
        if not self.window.add(item(self.number), person):
            assert person in self.parked.values()
            self.park(self.number, person)
            assert self.window.settle(self.number) == []
            self.outcomes.add(self.number)

    @rule()
    def read_an_item_of_another_type(self) -> None:
        self.number += 1
        self.window.skip(self.number)

    @rule(limit=st.integers(1, 3))
    def send(self, limit: int) -> None:
        for taken, person in self.window.take(limit):
            pending = self.before[taken.number] - (self.outcomes - self.parked.keys())
            assert not pending, f"{taken.number} is sent before {pending}"
            self.flying.append((taken, person))

    @precondition(lambda self: self.flying)
    @rule(data=st.data(), outcome=st.sampled_from(["delivered", "parked", "put back"]))
    def answer(self, data: st.DataObject, outcome: str) -> None:
        taken, person = self.flying.pop(data.draw(st.integers(0, len(self.flying) - 1)))
        if outcome == "put back":
            self.window.put_back([(taken, person)])
            return
        followers = self.window.settle(taken.number, person, parked=outcome == "parked")
        self.outcomes.add(taken.number)
        if outcome == "parked":
            self.park(taken.number, person)
        else:
            assert followers == []
        for follower in followers:
            self.window.settle(follower.number)
            self.outcomes.add(follower.number)
            self.park(follower.number, person)

    @precondition(lambda self: self.parked)
    @rule()
    def deliver_the_oldest_parked_item(self) -> None:
        number = min(self.parked)
        self.window.count_parked(self.parked.pop(number), -1)

    @rule(loser=st.sampled_from(PEOPLE), winner=st.sampled_from(PEOPLE))
    def merge(self, loser: str, winner: str) -> None:
        loser, winner = self.canonical(loser), self.canonical(winner)
        if loser == winner:
            return
        moved = self.window.merge(loser, winner)
        assert moved == (loser in self.parked.values())
        self.absorbed[loser] = winner
        self.parked = {number: self.canonical(person) for number, person in self.parked.items()}

    @rule()
    def record(self) -> None:
        moved = self.window.moved()
        self.ahead |= set(moved.ahead)
        self.ahead = {number for number in self.ahead if number > moved.done}
        self.done = moved.done
        unsettled = self.selected.keys() - self.outcomes
        assert moved.read == self.number
        assert moved.waiting == len(unsettled) == len(self.window)
        assert moved.done == min(unsettled, default=self.number + 1) - 1
        assert self.ahead == {number for number in self.outcomes & self.selected.keys() if number > moved.done}
        assert moved.oldest_at == min(unsettled, default=0) * 10

    @rule()
    def crash(self) -> None:
        """Restart as after a kill: items without a recorded outcome are read again."""
        self.record()
        parked: dict[str, int] = defaultdict(int)
        for person in self.parked.values():
            parked[person] += 1
        self.window = Window(self.done, self.ahead, parked, ordered=True)
        self.number = self.done
        self.flying.clear()
        self.selected = {number: owner for number, owner in self.selected.items() if number in self.outcomes}

    @invariant()
    def no_person_has_two_items_in_flight_that_were_read_as_the_same_person(self) -> None:
        numbers = {taken.number for taken, _ in self.flying}
        assert not any(self.before[number] & numbers for number in numbers)


TestDeliveries = Deliveries.TestCase


def test_items_without_an_order_are_all_ready() -> None:
    window = Window(0, (), {}, ordered=False)
    for number in (1, 2, 3):
        assert window.add(item(number), "ann")
    assert [taken.number for taken, _ in window.take(5)] == [1, 2, 3]
    assert window.settle(2) == []
    assert window.moved().done == 0
    assert window.settle(1) == []
    assert window.moved()[:3] == (3, 2, [])
