"""Times, ages, durations, sizes, numbers and amounts as text: the only place where the console words them."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta, tzinfo

import humanize

from passerby.clock import iso

_MINUTE, _HOUR, _DAY, _WEEK = 60, 3_600, 86_400, 604_800
_FINEST = ((_WEEK, "days"), (_DAY, "hours"), (_HOUR, "minutes"), (_MINUTE, "seconds"))
"""The finest unit of a duration of at least so many seconds."""
# Clients send times of any year: timedelta cannot hold every difference.
_LONGEST = timedelta(days=365_000).total_seconds()

_zone: ContextVar[tzinfo] = ContextVar("console_zone", default=UTC)
"""The time zone of the page that is being rendered. A context variable, as macros of imported templates see no page."""


@contextmanager
def in_zone(zone: tzinfo) -> Iterator[None]:
    """Context manager: show times in this time zone."""
    token = _zone.set(zone)
    try:
        yield
    finally:
        _zone.reset(token)


def clock(moment: int) -> str:
    """Format a time (ms) in the time zone of the page's project, such as `2026-03-01 09:05:07`.

    The hour that is repeated when daylight saving time ends appears twice; the time in UTC on hover tells them apart.
    """
    return _formatted(moment, _zone.get())


def utc(moment: int) -> str:
    """Format a time (ms) in UTC, such as `2026-03-01 09:05:07 UTC`."""
    return f"{_formatted(moment, UTC)} UTC"


def _formatted(moment: int, zone: tzinfo) -> str:
    try:
        shown = datetime.fromtimestamp(moment // 1000, zone)
    except (ValueError, OverflowError, OSError):  # beyond the years of datetime: a client may send any number
        shown = datetime.fromisoformat(iso(moment))
    return shown.isoformat(" ", "seconds")[:19]


def age(moment: int, now: float | None = None) -> str:
    """Format how long ago a time (ms) was, such as `2 hours ago`; `now` in seconds since 1970."""
    seconds = (time.time() if now is None else now) - moment / 1000
    return "in the future" if seconds < 0 else humanize.naturaltime(timedelta(seconds=min(seconds, _LONGEST)))


def duration(seconds: float) -> str:
    """Format a duration in its two largest units, such as `1 day and 3 hours`."""
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
    """Format a time to wait, in seconds below a minute, else in minutes, rounded up."""
    seconds = math.ceil(milliseconds / 1000)
    return duration(seconds if seconds < _MINUTE else math.ceil(seconds / _MINUTE) * _MINUTE)


def size(value: float) -> str:
    """Format a number of bytes in decimal units, such as `1.5 MB`."""
    return humanize.naturalsize(value)


def number(value: float) -> str:
    """Format a number with a narrow space, which does not break, between thousands."""
    return f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")


def money(value: float, currency: str | None) -> str:
    """Format an amount with two decimals, and its currency if there is one."""
    amount = f"{value:,.2f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{amount} {currency}" if currency else amount
