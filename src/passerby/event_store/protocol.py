"""The event store: immutable events, and the changes of profiles, in ClickHouse SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from passerby.errors import StoreBroken, StoreUnavailable
from passerby.messages import StoredEvent
from passerby.outbox.records import Change
from passerby.positions import Position, Positions


class Cursor(NamedTuple):
    """Position of an event in a timeline, which is sorted by time, then id, newest first."""

    time: int
    id: str


LEAST_TIME: Final = -(1 << 63)
MOST_TIME: Final = (1 << 63) - 1


class EventFilter(NamedTuple):
    """Filter of a timeline: event name, and standard event (the `name` of `semantic`); "" matches any.

    Times are in ms: `since` inclusive, `until` exclusive.
    """

    name: str = ""
    semantic: str = ""
    since: int = LEAST_TIME
    until: int = MOST_TIME


ANY: Final = EventFilter()


class EventStoreBroken(StoreBroken):
    """The event store's files cannot be opened or read."""

    store = "the event store"


class EventStoreFailed(StoreUnavailable):
    """A temporary failure: out of memory, disk full, too busy. The files are intact; try again."""

    store = "the event store"


class EventStoreInUse(Exception):
    """Another process has the event store open, and only one can."""


class DailyCount(NamedTuple):
    """Number of events of a name on a day, in days since 1970."""

    name: str
    day: int
    events: int


class EventCounts(NamedTuple):
    """Number of events of some profiles by name, most frequent first, and number of sessions.

    `purchases` counts events whose standard event is `purchased`. Names beyond the requested limit are left out.
    """

    names: dict[str, int]
    sessions: int
    purchases: int


class StoredChange(NamedTuple):
    """A change of a profile (`passerby.outbox.records`), and the time (ms) when it was applied, about."""

    at: int
    change: Change


class Trial(NamedTuple):
    """The result of trying an engine: its version, or the problem found, "" for none; whether the store was opened."""

    engine: str
    version: str
    problem: str
    opened: bool


class EventStore(Protocol):
    """Interface of an event store. Implementations are thread-safe."""

    @property
    def visible(self) -> Positions:
        """Log positions up to which every event can be read, as durably recorded with the events."""

    def write(self, rows: bytes, token: str) -> None:
        """Store events: `rows` is one JSON object of `StoredEvent` a line.

        Durable at return. Writing the same rows again with the same token, even after a crash in the middle of the
        first attempt, has no further effect.
        """

    def timeline(
        self,
        project: int,
        profiles: Sequence[str],
        *,
        limit: int,
        before: Cursor | None = None,
        only: EventFilter = ANY,
    ) -> list[StoredEvent]:
        """Return at most `limit` events recorded under any of these profile ids, newest first, starting after `before`.

        `only` filters them.
        """

    def earliest(self, project: int, profiles: Sequence[str], *, limit: int) -> list[StoredEvent]:
        """Return at most `limit` events recorded under any of these profile ids, oldest first."""

    def counts(self, project: int, profiles: Sequence[str], *, names: int) -> EventCounts:
        """Count the events recorded under any of these profile ids, with at most this many names."""

    def event(self, project: int, id: str, profiles: Sequence[str] = ()) -> StoredEvent | None:  # noqa: A002 - what it is called everywhere
        """Return an event by its id. With profile ids, which make it faster, only if recorded under one of them."""

    def count(self, project: int, name: str, attribute: str = "", value: str = "") -> int:
        """Count the events of this name and, where an attribute is given, with this value, in text form.

        An attribute with a NUL in its name is not found in an event that also holds an integer of more than 64 bits.
        """

    def value_types(self, project: int, name: str, attribute: str) -> dict[str, int]:
        """Count the values of an attribute among the events of this name by data type; nulls are left out."""

    def daily_counts(self, project: int, since: int) -> list[DailyCount]:
        """Count events by name and day since a time (ms)."""

    def total(self, project: int) -> int:
        """Count the events of this project."""

    def changes(self, project: int, after: Position, limit: int) -> list[StoredChange]:
        """Return changes of profiles at log positions after this one, in the order in which they happened.

        At least one if there are any, and more than `limit` where several have the position of the last. Changes are
        kept for `events.changes_days`; of an erased profile, only the fact that it was erased is kept.
        """

    def close(self) -> None:
        """Close the store. No method may be called afterwards."""
