"""Ages, durations and sizes as text, by humanize: the only place where the console words them."""

from __future__ import annotations

import math
import time
from datetime import datetime, timedelta

import humanize

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800
_FINEST = ((_WEEK, "days"), (_DAY, "hours"), (_HOUR, "minutes"), (_MINUTE, "seconds"))
"""The finest unit that a duration of so many seconds is given in."""
_LONGEST = timedelta(days=365_000).total_seconds()


def age(moment: str, now: float | None = None) -> str:
    """Text for how long ago an ISO time was, such as `2 hours ago`; `now` in seconds since 1970."""
    seconds = (time.time() if now is None else now) - datetime.fromisoformat(moment).timestamp()
    return "in the future" if seconds < 0 else humanize.naturaltime(timedelta(seconds=seconds))


def duration(seconds: float) -> str:
    """Text for a duration in its two largest units, such as `1 day and 3 hours`."""
    if seconds < 1:
        return "less than a second"
    finest = next((unit for least, unit in _FINEST if seconds >= least), "seconds")
    # Whole numbers of the finest unit: the rest is cut off, as no duration was longer than it lasted.
    return humanize.precisedelta(timedelta(seconds=int(min(seconds, _LONGEST))), minimum_unit=finest, format="%d")


def short_duration(seconds: float) -> str:
    """Format a duration in its two largest units, abbreviated, such as `4 h 7 min`."""
    rest, parts = int(min(seconds, _LONGEST)), []
    for size, unit in ((_DAY, "d"), (_HOUR, "h"), (_MINUTE, "min"), (1, "s")):
        count, rest = divmod(rest, size)
        parts.append(f"{count} {unit}" if count else "")
    first = next((place for place, part in enumerate(parts) if part), len(parts) - 1)
    return " ".join(filter(None, parts[first : first + 2])) or "0 s"


def delay(milliseconds: int) -> str:
    """Text for a time to wait, in seconds below a minute, else in minutes, rounded up."""
    seconds = math.ceil(milliseconds / 1000)
    return duration(seconds if seconds < _MINUTE else math.ceil(seconds / _MINUTE) * _MINUTE)


def size(value: float) -> str:
    """Text for a number of bytes in decimal units, such as `1.5 MB`."""
    return humanize.naturalsize(value)


def between(earlier: str, later: str) -> float:
    """Seconds from one time of the API (ISO 8601) to another."""
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()
