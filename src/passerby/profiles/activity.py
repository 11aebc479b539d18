"""When a profile was seen, and how many events it has."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class Activity:
    """The earliest and latest time (ms) of somebody's messages, and the number of events among them."""

    first_seen: int
    last_seen: int
    event_count: int = 0

    def add(self, time: int, events: int = 1) -> None:
        """Count a message of this time that is so many events (0 for one that only identifies)."""
        if time > self.last_seen:
            self.last_seen = time
        elif time < self.first_seen:
            self.first_seen = time
        self.event_count += events


def combine(activities: Iterable[Activity]) -> Activity:
    """The activity of a profile whose members have these, at least one. The records given stay as they are."""
    records = list(activities)
    return Activity(
        first_seen=min(record.first_seen for record in records),
        last_seen=max(record.last_seen for record in records),
        event_count=sum(record.event_count for record in records),
    )
