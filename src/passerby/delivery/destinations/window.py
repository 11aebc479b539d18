"""The window of a destination: its items between the first one without an outcome and the last one read. Pure.

The window decides what may be sent next and how far the position may move. It guarantees:

- The position never moves over an item without an outcome (`moved`).
- With an order, an item is sent when no earlier one of its person is in flight or parked. A person is the canonical
  profile when the item is read; after a merge, later items of the winner follow those of both.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from heapq import merge
from typing import NamedTuple

from passerby.delivery.destinations.items import Item


class Moved(NamedTuple):
    """How far a window is: every item up to `done` has an outcome, as have those of `ahead`, which are later."""

    read: int
    done: int
    ahead: list[int]
    waiting: int
    oldest_at: int


class Window:
    """Items in the order of their numbers, each of which is settled once it has an outcome or is parked."""

    def __init__(self, done: int, ahead: Iterable[int], parked: Mapping[str, int], *, ordered: bool) -> None:
        """Continue after `done`; items of `ahead` have an outcome, and these numbers of items by person are parked."""
        self.read = done
        self._ordered = ordered
        self._parked = dict(parked)
        self._open: deque[int] = deque()  # all items from the first one without an outcome on
        self._settled = set(ahead)  # those of them that are settled
        self._newly: list[int] = []  # settled since the last `moved`
        self._received: dict[int, int] = {}  # when the items that are not settled were received
        self._ready: deque[tuple[Item, str]] = deque()
        # By person. An absorbed profile that still has items is an alias of its winner until they are settled.
        self._active: dict[str, int] = {}  # number of items that are ready or in flight
        self._held: dict[str, deque[Item]] = {}  # items that wait for these
        self._aliases: dict[str, str] = {}

    def __len__(self) -> int:
        """Return the number of items that are read and not settled."""
        return len(self._received)

    @property
    def ready(self) -> int:
        """Number of items that may be sent now."""
        return len(self._ready)

    def person(self, profile: str) -> str:
        """Return the person in whose order the items of a canonical profile are now."""
        return self._aliases.get(profile, profile)

    def has_outcome(self, number: int) -> bool:
        """Return whether an item that is about to be read was settled before a restart."""
        return number in self._settled

    def skip(self, number: int) -> None:
        """Move over an item that the destination does not select, or that has its outcome already."""
        self.read = number
        if number in self._settled:
            self._open.append(number)

    def add(self, item: Item, person: str) -> bool:
        """Add the next item, of a selected type. `person` is its canonical profile, "" for an item without an order.

        Return False if it has to be parked (and settled) at once, because an earlier item of its person is.
        """
        self.read = item.number
        self._open.append(item.number)
        self._received[item.number] = item.at
        person = self.person(person) if self._ordered else ""
        if person in self._parked:
            return False
        if person and self._active.get(person):
            self._held.setdefault(person, deque()).append(item)
            return True
        if person:
            self._active[person] = 1
        self._ready.append((item, person))
        return True

    def take(self, limit: int) -> list[tuple[Item, str]]:
        """Return at most `limit` items to be sent now, with their persons. Each is settled or put back later."""
        return [self._ready.popleft() for _ in range(min(limit, len(self._ready)))]

    def put_back(self, items: Iterable[tuple[Item, str]]) -> None:
        """Make items ready again that were taken and have no outcome."""
        self._ready.extendleft(reversed(list(items)))

    def settle(self, number: int, person: str = "", *, parked: bool = False) -> list[Item]:
        """Record that an item has an outcome or is parked. Return later items of its person, which are parked with it.

        These have to be settled next, without their person. Otherwise the next item of the person is ready now.
        """
        self._settled.add(number)
        self._newly.append(number)
        del self._received[number]
        if not person:
            return []
        person = self.person(person)
        self._active[person] -= 1
        followers = list(self._held.pop(person, ())) if parked else []
        if not self._active[person]:
            self._advance(person)
        return followers

    def _advance(self, person: str) -> None:
        """Make the next item of a person ready, none of whose items is ready or in flight."""
        held = self._held.get(person)
        if held:
            self._active[person] = 1
            self._ready.append((held.popleft(), person))
            return
        del self._active[person]
        self._held.pop(person, None)
        self._drop_aliases(person)

    def _drop_aliases(self, person: str) -> None:
        """Forget which profiles a person absorbed, once none of their items is in the window or parked."""
        if self._aliases and person not in self._active and person not in self._parked:
            for alias in [alias for alias, winner in self._aliases.items() if winner == person]:
                del self._aliases[alias]

    def count_parked(self, person: str, n: int) -> None:
        """Add to the number of parked items of a person; n is negative for items that are no longer parked."""
        if not person:
            return
        left = self._parked.get(person, 0) + n
        if left > 0:
            self._parked[person] = left
        else:
            self._parked.pop(person, None)
            self._drop_aliases(person)

    def parked(self, person: str) -> int:
        """Return the number of parked items of a person."""
        return self._parked.get(person, 0)

    def merge(self, loser: str, winner: str) -> bool:
        """Let later items of `winner` follow those of `loser`, which it absorbed.

        Return whether the loser has parked items: they have to be moved to the winner where they are stored.
        """
        loser, winner = self.person(loser), self.person(winner)
        if loser == winner:
            return False
        if loser in self._active or loser in self._parked:
            self._aliases = {alias: winner if name == loser else name for alias, name in self._aliases.items()}
            self._aliases[loser] = winner
        if loser in self._active:
            self._active[winner] = self._active.get(winner, 0) + self._active.pop(loser)
            held = merge(self._held.pop(loser, ()), self._held.pop(winner, ()), key=lambda item: item.number)
            self._held[winner] = deque(held)
        parked = self._parked.pop(loser, 0)
        self.count_parked(winner, parked)
        return parked > 0

    def moved(self) -> Moved:
        """Return how far the window is, with the items that came to be ahead of it since the last call."""
        while self._open and self._open[0] in self._settled:
            self._settled.remove(self._open.popleft())
        done = self._open[0] - 1 if self._open else self.read
        ahead = [number for number in self._newly if number > done]
        self._newly.clear()
        oldest_at = self._received.get(self._open[0], 0) if self._open else 0
        return Moved(self.read, done, ahead, len(self._received), oldest_at)
