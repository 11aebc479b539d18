"""Lengths of time in words."""

from __future__ import annotations

from datetime import datetime
from typing import Final

_UNITS: Final = (
    (86_400, "day", 3_600, "hour"),
    (3_600, "hour", 60, "minute"),
    (60, "minute", 0, ""),
    (1, "second", 0, ""),
)
"""Each unit in seconds, and the finer one that is told beside it."""
_WEEK: Final = 7


def spell(seconds: float) -> str:
    """A length of time in its largest unit, and a finer one where that still says something: `1 day 4 hours`."""
    left = max(0, int(seconds))
    for size, unit, finer, name in _UNITS:
        count, rest = divmod(left, size)
        if count:
            told = _count(count, unit)
            more = rest // finer if finer and count < _WEEK else 0
            return f"{told} {_count(more, name)}" if more else told
    return "less than a second"


def between(earlier: str, later: str) -> float:
    """Seconds from one time of the API (ISO 8601) to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


def _count(number: int, unit: str) -> str:
    return f"{number} {unit}{'' if number == 1 else 's'}"
