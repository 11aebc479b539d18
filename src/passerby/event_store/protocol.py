"""The event store: immutable events in ClickHouse SQL."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple, Protocol

from passerby.messages import StoredEvent
from passerby.positions import Positions


class Cursor(NamedTuple):
    """The place of an event in a timeline, which runs from the newest to the oldest: time, then id."""

    time: int
    id: str


LEAST_TIME: Final = -(1 << 63)
MOST_TIME: Final = (1 << 63) - 1


class Only(NamedTuple):
    """Which events are wanted: those of a name, those of a meaning (the `name` of their `semantic`); "" is any.

    Their time (ms) is `since` or later, and before `until`.
    """

    name: str = ""
    semantic: str = ""
    since: int = LEAST_TIME
    until: int = MOST_TIME


ANY: Final = Only()


class EventStoreBroken(Exception):
    """The event store's files cannot be opened or read."""


class EventStoreFailed(Exception):
    """The event store could not do it this time: out of memory, disk full, too busy. The files are whole; try again."""


class EventStoreInUse(Exception):
    """Another process has the event store open, and only one can."""


class Volume(NamedTuple):
    """How many events of a name there were on a day, which is a number of days since 1970."""

    name: str
    day: int
    events: int


class EventCounts(NamedTuple):
    """How many events some profiles have: by name, the most frequent first, and in how many sessions.

    `purchases` is the number of events that mean `purchased`. Names beyond the limit that was asked for are left out.
    """

    names: dict[str, int]
    sessions: int
    purchases: int


class Trial(NamedTuple):
    """The result of trying an engine: its version, or the problem found, "" for none; whether the store was opened."""

    engine: str
    version: str
    problem: str
    opened: bool


class EventStore(Protocol):
    """What Passerby asks of an event store. Implementations may be called from several threads at once."""

    @property
    def visible(self) -> Positions:
        """The log positions up to which every event can be read, as is durably recorded with the events."""

    def write(self, rows: bytes, token: str) -> None:
        """Store events: `rows` is one JSON object of `StoredEvent` a line.

        Durable at return. Writing the same rows again with the same token, even after a crash in the middle of the
        first attempt, has no further effect.
        """

    def timeline(
        self, project: int, profiles: Sequence[str], *, limit: int, before: Cursor | None = None, only: Only = ANY
    ) -> list[StoredEvent]:
        """At most `limit` events recorded under any of these profile ids, newest first, those behind `before`.

        `only` says which of them.
        """

    def earliest(self, project: int, profiles: Sequence[str], *, limit: int) -> list[StoredEvent]:
        """At most `limit` events recorded under any of these profile ids, oldest first."""

    def counts(self, project: int, profiles: Sequence[str], *, names: int) -> EventCounts:
        """How many events are recorded under any of these profile ids, with at most so many names."""

    def event(self, project: int, id: str, profiles: Sequence[str] = ()) -> StoredEvent | None:  # noqa: A002 - what it is called everywhere
        """One event by its id; with profile ids only where it was recorded under one of them, which is found faster."""

    def count(self, project: int, name: str, attribute: str = "", value: str = "") -> int:
        """How many events have this name and, where an attribute is given, this (text form of its) value.

        An attribute with a NUL in its name is not found in an event that also holds an integer of more than 64 bits.
        """

    def value_types(self, project: int, name: str, attribute: str) -> dict[str, int]:
        """Count the values of an attribute among the events of this name by data type; nulls are left out."""

    def volumes(self, project: int, since: int) -> list[Volume]:
        """How many events of each name there were on each day since a time (ms)."""

    def total(self, project: int) -> int:
        """How many events of this project are stored."""

    def close(self) -> None:
        """Let go of it. Nobody may use it any more."""
