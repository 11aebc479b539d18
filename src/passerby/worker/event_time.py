"""The times that a message may claim."""

from __future__ import annotations

from typing import Final

from passerby.dialects.common.times import CLOCK_SET
from passerby.messages import Message, Violation

AHEAD_MS: Final = 24 * 60 * 60 * 1000
"""How far behind the received time an event's own time may lie (design, Messages: 24 h)."""
EARLIEST_MS: Final = 0
"""Events before 1970 are a client's unset clock; nothing that tracks people is older."""


def event_time(message: Message) -> tuple[int, tuple[Violation, ...]]:
    """The time to keep for this message, and the violation to count where that is not the one it claims."""
    if message.time > message.received_at + AHEAD_MS:
        return message.received_at, (Violation("time_in_future", message.name, "", str(message.time)),)
    if message.time < EARLIEST_MS:
        return message.received_at, (Violation("time_before_1970", message.name, "", str(message.time)),)
    if message.time < CLOCK_SET <= message.received_at:
        return message.received_at, (Violation("clock_not_set", message.name, "", str(message.time)),)
    return message.time, ()
