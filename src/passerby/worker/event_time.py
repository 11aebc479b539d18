"""Validates the event time that a message claims."""

from __future__ import annotations

from typing import Final

from passerby.dialects.common.times import CLOCK_SET
from passerby.messages import Message, Violation

AHEAD_MS: Final = 24 * 60 * 60 * 1000
"""How far after the received time an event time may lie: clocks of clients are wrong by hours, not by days."""
EARLIEST_MS: Final = 0
"""Earlier times come from clients with an unset clock: no tracked event happened before 1970."""


def event_time(message: Message) -> tuple[int, tuple[Violation, ...]]:
    """Return the event time to store; if the claimed time is implausible, the received time and a violation."""
    if message.time > message.received_at + AHEAD_MS:
        return message.received_at, (Violation("time_in_future", message.name, "", str(message.time)),)
    if message.time < EARLIEST_MS:
        return message.received_at, (Violation("time_before_1970", message.name, "", str(message.time)),)
    # A device whose clock was never set, and that counts from 1970: see CLOCK_SET.
    if message.time < CLOCK_SET <= message.received_at:
        return message.received_at, (Violation("clock_not_set", message.name, "", str(message.time)),)
    return message.time, ()
