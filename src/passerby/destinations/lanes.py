"""Order per person: which items may be sent, so that those of each profile are delivered in their order.

An item that waits for a retry delays the later items of its profile, and of no other. Lanes are the 256 groups of
profiles by which waiting items are stored.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from heapq import heappop, heappush
from typing import Final, Generic, NamedTuple, TypeVar
from zlib import crc32

LANES: Final = 256
MOST_WAITING: Final = 1_000
"""Items that wait for one profile. Beyond, the oldest are dead with the reason `lane_full`."""

Item = TypeVar("Item")


def lane(canonical: str) -> int:
    """Return the lane of a canonical profile, the same in every process."""
    return crc32(canonical.encode()) % LANES


class Dropped(NamedTuple, Generic[Item]):
    """An item that no longer waits, because too many do."""

    profile: str
    item: Item


class _Queue(Generic[Item]):
    """The items of one profile in their order, of which the first may be in flight."""

    def __init__(self, *, in_flight: bool) -> None:
        self.items: deque[Item] = deque()
        self.in_flight = in_flight


class Order(Generic[Item]):
    """The items of a destination that are in flight or waiting, by profile. Times in ms."""

    def __init__(self, most_waiting: int = MOST_WAITING) -> None:
        self._most: Final = most_waiting
        self._queues: Final = dict[str, _Queue[Item]]()
        self._due: Final = list[tuple[int, str]]()
        """A heap of the times at which first items are due: one entry for each profile with no item in flight."""

    def __len__(self) -> int:
        """Return how many items wait or are in flight."""
        return sum(len(queue.items) for queue in self._queues.values())

    def offer(self, profile: str, item: Item) -> bool:
        """Add a profile's next item. Return whether it may be sent now: it is in flight then, else it waits."""
        queue = self._queues.get(profile)
        if queue is not None:
            queue.items.append(item)
            return False
        queue = self._queues[profile] = _Queue(in_flight=True)
        queue.items.append(item)
        return True

    def restore(self, profile: str, item: Item, not_before: int) -> None:
        """Add an item that was waiting when the process ended; a profile's items in their order."""
        queue = self._queues.get(profile)
        if queue is None:
            queue = self._queues[profile] = _Queue(in_flight=False)
            heappush(self._due, (not_before, profile))
        queue.items.append(item)

    def finish(self, profile: str) -> Item | None:
        """Remove the profile's item in flight: its outcome is final. Return the profile's next item, now in flight."""
        queue = self._queues[profile]
        queue.items.popleft()
        if not queue.items:
            del self._queues[profile]
            return None
        return queue.items[0]

    def park(self, profile: str, not_before: int) -> None:
        """Let the profile's item in flight wait until then, and its later items after it."""
        self._queues[profile].in_flight = False
        heappush(self._due, (not_before, profile))

    def due(self, now: int) -> Iterator[tuple[str, Item]]:
        """Yield the profiles whose first item is due, with that item, which is in flight from then on."""
        while self._due and self._due[0][0] <= now:
            _, profile = heappop(self._due)
            queue = self._queues[profile]
            queue.in_flight = True
            yield profile, queue.items[0]

    def next_due(self) -> int | None:
        """Return the earliest time at which an item may be due, or None if none waits for a time."""
        return self._due[0][0] if self._due else None

    def overflow(self, profile: str) -> list[Dropped[Item]]:
        """Remove the oldest of a profile's waiting items that are too many. The next keeps the time of the first."""
        queue = self._queues.get(profile)
        dropped: list[Dropped[Item]] = []
        while queue is not None and len(queue.items) - queue.in_flight > self._most:
            position = 1 if queue.in_flight else 0
            dropped.append(Dropped(profile, queue.items[position]))
            del queue.items[position]
        return dropped
