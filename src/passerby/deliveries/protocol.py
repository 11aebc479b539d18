"""Protocol of the delivery store: positions, parked and dead items, counts, and recent requests of each destination.

Items are never copied. An item is a reference: a source and a number. In the outbox, the number is made of the id of a
row and the index of the item in that row; in the event store it is the event's position in the log. So a destination
that is down costs one number, and no retry has data of an erased profile.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Literal, NamedTuple, Protocol

from passerby.errors import StoreBroken, StoreUnavailable


class DeliveriesUnavailable(StoreUnavailable):
    """The delivery store cannot be read or written at the moment."""

    store = "the progress of destinations"


class DeliveriesBroken(StoreBroken):
    """The delivery store cannot be read or written: a damaged file, or a bug."""

    store = "the progress of destinations"


INDEX_BITS: Final = 24
"""Bits of an item's number for the index in its row. A row has one batch of the worker, far fewer items than 2**24."""

Step = Literal["selected", "filtered", "withheld", "delivered", "dead", "replayed", "expired", "latency"]
"""What counts count. `selected` items get one outcome each, or are parked or waiting:

    selected = filtered + withheld + delivered + dead now + expired + parked now + waiting now

`dead` counts items when they are given up, `replayed` those of them that are tried again, `expired` those that are
deleted after their retention. `latency` counts delivered items by time since they were received, in classes.
"""

Source = Literal["outbox", "events"]
"""What an item's number counts: items of the outbox, or positions of events in the event store."""


def number_of(row: int, index: int) -> int:
    """Return the number of an item: numbers ascend in the order of the outbox."""
    return row << INDEX_BITS | index


def row_of(number: int) -> int:
    """Return the id of the outbox row that an item is in."""
    return number >> INDEX_BITS


def index_of(number: int) -> int:
    """Return the index of an item in its outbox row."""
    return number & ((1 << INDEX_BITS) - 1)


class Parked(NamedTuple):
    """An item that waits for its next attempt. Times in ms.

    `person` is the canonical profile in whose order the item is delivered, "" without an order. `not_before` is None
    for an item that waits until an earlier item of its person is no longer parked. `status` is that of the last
    response, 0 without one.
    """

    number: int
    person: str
    not_before: int | None
    attempts: int
    first_at: int
    last_at: int
    status: int = 0
    reason: str = ""
    source: Source = "outbox"


class Dead(NamedTuple):
    """An item that was given up. `subject` is an event's id, or the profile of other items. Times in ms."""

    number: int
    item_type: str
    subject: str
    person: str
    at: int
    attempts: int
    status: int
    reason: str
    excerpt: str = ""
    source: Source = "outbox"


class Exchange(NamedTuple):
    """A request and its response as they are shown: secrets masked, bodies shortened."""

    at: int
    result: str
    reason: str
    status: int
    request: str
    response: str


class Count(NamedTuple):
    """A number of items in one minute (since 1970)."""

    minute: int
    step: Step
    reason: str
    n: int


class Progress(NamedTuple):
    """How far a destination is.

    Every item up to `done` has an outcome, as have those of `ahead`, which are later ones. Items up to `read` are
    counted as selected. `waiting` are those of them without an outcome; `oldest_at` is when the oldest of these was
    received (ms), 0 for none. `breaker` is the state of the circuit breaker as JSON, "" at first.
    """

    read: int
    done: int
    ahead: frozenset[int] = frozenset()
    waiting: int = 0
    oldest_at: int = 0
    breaker: str = ""
    changed_at: int = 0


@dataclass(slots=True)
class Changes:
    """What one transaction records of a destination.

    `done` moves over items only together with their outcomes, which are all here: so an item has an outcome whatever
    happens, and after a crash only items in flight are sent again.
    """

    read: int
    done: int
    at: int
    waiting: int = 0
    oldest_at: int = 0
    breaker: str = ""
    ahead: list[int] = field(default_factory=list)
    parked: list[Parked] = field(default_factory=list)
    unparked: list[Parked] = field(default_factory=list)
    dead: list[Dead] = field(default_factory=list)
    counts: dict[tuple[Step, str], int] = field(default_factory=dict)
    exchanges: list[Exchange] = field(default_factory=list)

    def is_like(self, last: Changes | None) -> bool:
        """Return whether these say nothing that the changes recorded last did not."""
        if last is None or self.ahead or self.parked or self.unparked or self.dead or self.counts or self.exchanges:
            return False
        names = ("read", "done", "waiting", "oldest_at", "breaker")
        return all(getattr(self, name) == getattr(last, name) for name in names)

    def count(self, step: Step, reason: str = "", n: int = 1) -> None:
        """Add to a count of the current minute."""
        self.counts[step, reason] = self.counts.get((step, reason), 0) + n


class DeliveryStore(Protocol):
    """Stores the progress of destinations. Writes are durable at return. One instance belongs to one thread."""

    def progress(self, destination: str) -> Progress | None:
        """Return the progress of a destination, None for one that has not begun."""

    def begin(self, destination: str, number: int, at: int) -> Progress:
        """Record where a new destination begins, unless it has begun already. Return its progress."""

    def record(self, destination: str, changes: Changes) -> None:
        """Apply changes in one transaction.

        An unparked item that other items of its person wait for makes the earliest of those due.
        """

    def due(self, destination: str, now: int, limit: int) -> list[Parked]:
        """Return at most `limit` parked items whose time has come, the longest due first."""

    def next_due(self, destination: str) -> int | None:
        """Return when the next parked item is due (ms), None if there is none."""

    def parked_persons(self, destination: str) -> dict[str, int]:
        """Return the number of parked items by person, of items with an order."""

    def move_person(self, destination: str, loser: str, winner: str) -> None:
        """Make the parked items of a profile that was merged wait in the order of its winner."""

    def oldest_of_person(self, destination: str, person: str, limit: int) -> list[Parked]:
        """Return at most `limit` parked items of a person, earliest first."""

    def parked(self, destination: str) -> int:
        """Count the parked items."""

    def dead(
        self, destination: str, *, limit: int, reason: str = "", before: tuple[int, int] | None = None
    ) -> list[Dead]:
        """Return at most `limit` dead items, newest first, starting after the time and number `before`."""

    def dead_by_reason(self, destination: str) -> dict[str, int]:
        """Count the dead items by reason."""

    def revive(self, destination: str, items: Sequence[Dead], at: int) -> int:
        """Park dead items again, to be tried now as for the first time; return how many there were."""

    def expire(self, before: int, at: int) -> int:
        """Delete dead items given up before a time; return how many. `at` is the present time. Both in ms."""

    def forget(self, counts_before: int, exchanges_before: int) -> None:
        """Delete counts by minute, and exchanges, from before these times (ms)."""

    def counts(self, destination: str, since: int) -> list[Count]:
        """Return the counts since a time (ms), by minute."""

    def totals(self, destination: str) -> dict[tuple[Step, str], int]:
        """Return the counts of all time by step and reason, without latencies."""

    def exchanges(self, destination: str, reason: str = "") -> list[Exchange]:
        """Return the stored requests and responses, newest first; of one reason if given."""

    def positions(self) -> dict[str, int]:
        """Return the number up to which each destination is done."""

    def delete(self, destination: str) -> None:
        """Delete everything of a destination."""

    def close(self) -> None: ...


class DeliveryEngine(Protocol):
    """Opens one delivery store."""

    def version(self) -> tuple[str, str]:
        """Return the name of the engine and its version."""

    def exists(self) -> bool:
        """Return whether the store was ever written to. Creates nothing."""

    def open_store(self) -> DeliveryStore:
        """Open the store, created if it is new. Raises NewerFile."""
