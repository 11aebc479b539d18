"""What a batch changed in the catalogue: sums to be added to what the state holds, in the batch's own transaction."""

from __future__ import annotations

from typing import NamedTuple

from passerby.catalogue.types import DataType


class EventRow(NamedTuple):
    """Events of one name. `added` goes onto the stored count; the times (ms) widen the stored ones."""

    project: int
    name: str
    first_seen: int
    last_seen: int
    added: int


class KnownAttribute(NamedTuple):
    """What the state knows of an attribute: its type, and whether an enforcing dialect has sent it."""

    type: DataType
    enforced: bool = False


class AttributeRow(NamedTuple):
    """Values of one attribute that were kept; `event` is "" for a trait of profiles.

    The type is that of the first value, for an attribute that the state does not know. `enforced`: an enforcing dialect
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
    """How often something was seen since the last drain, and the earliest and latest time of it."""

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
