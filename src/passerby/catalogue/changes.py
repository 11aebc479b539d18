"""A batch's changes of the catalogue: sums that the state adds in the batch's transaction."""

from __future__ import annotations

from typing import NamedTuple

from passerby.catalogue.types import DataType


class EventRow(NamedTuple):
    """Events of one name. `added` is added to the stored count; the times (ms) extend the stored interval."""

    project: int
    name: str
    first_seen: int
    last_seen: int
    added: int


class KnownAttribute(NamedTuple):
    """A stored attribute: its type, and whether an enforcing dialect has sent it."""

    type: DataType
    enforced: bool = False


class AttributeRow(NamedTuple):
    """Accepted values of one attribute; `event` is "" for a trait of profiles.

    The type applies to a new attribute only: that of its first value. `enforced`: an enforcing dialect
    has sent it.
    """

    project: int
    event: str
    name: str
    type: DataType
    first_seen: int
    last_seen: int
    added: int
    enforced: bool


class Changes(NamedTuple):
    """All of a batch's changes, each key once."""

    events: list[EventRow]
    attributes: list[AttributeRow]


class Tally:
    """A count since the last drain, with the earliest and latest time."""

    __slots__ = ("count", "first", "last")

    def __init__(self) -> None:
        self.count = 0
        self.first = 0
        self.last = 0

    def add(self, time: int) -> None:
        if not self.count:
            self.first = self.last = time
        elif time > self.last:
            self.last = time
        elif time < self.first:
            self.first = time
        self.count += 1
