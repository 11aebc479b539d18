"""How long to wait before a process that ended is started again."""

from __future__ import annotations

FIRST_SECONDS = 0.1
LONGEST_SECONDS = 10.0
STEADY_SECONDS = 30.0
"""A process that ran this long was well: whatever ended it is not what ended the one before."""


def next_delay(previous: float, ran: float) -> float:
    """Seconds to wait, given the wait before this run (0.0: none) and how long the run was: twice as long each time."""
    if ran >= STEADY_SECONDS:
        return FIRST_SECONDS
    return min(max(FIRST_SECONDS, previous * 2), LONGEST_SECONDS)
