"""Exponential backoff for the restart of processes."""

from __future__ import annotations

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A process that ran this long had started successfully: its end counts as a first failure."""


def next_delay(previous: float, ran: float) -> float:
    """Return the seconds to wait: twice the `previous` wait (0.0: none), unless the process `ran` long enough."""
    if ran >= STEADY_SECONDS:
        return FIRST_SECONDS
    return min(max(FIRST_SECONDS, previous * 2), LONGEST_SECONDS)
