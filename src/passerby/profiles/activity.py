"""Activity of a profile: first and last time seen, number of events."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(slots=True)
class Activity:
    """The earliest and latest event time (ms) of a member's messages, and the number of events among them."""

    first_seen: int
    last_seen: int
    event_count: int = 0

    def add(self, time: int, events: int = 1) -> None:
        """Add a message with this time; `events` is 0 for a message that only identifies."""
        if time > self.last_seen:
            self.last_seen = time
        elif time < self.first_seen:  # a late message: devices send what they recorded offline
            self.first_seen = time
        self.event_count += events


def combine(activities: Iterable[Activity]) -> Activity:
    """Combine the activity of a profile's members, at least one. The arguments are not modified."""
    records = list(activities)
    return Activity(
        first_seen=min(record.first_seen for record in records),
        last_seen=max(record.last_seen for record in records),
        event_count=sum(record.event_count for record in records),
    )
