"""Reads points in time in the vendors' documented forms, to milliseconds since 1970 in UTC.

Every reader returns None for an unreadable value of any type. A fraction finer than a millisecond is cut off.

Times since the epoch come as a number or as its digits, and their size gives the unit (see `_from_epoch`), because
clients confuse the units whatever a vendor's documentation says.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, tzinfo
from math import isfinite
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000
"""Milliseconds."""

EARLIEST = -2_208_988_800_000
"""1900-01-01T00:00:00Z in milliseconds. All storage engines can store times from here to LATEST."""

LATEST = 10_413_791_999_999
"""2299-12-31T23:59:59.999Z in milliseconds."""

CLOCK_SET = 10**11
"""1973-03-03T09:46:40Z in milliseconds. An earlier time is from a device clock that was never set and counts from 1970.
The limit is this late because 27 hours of such a clock in milliseconds, read as seconds, end here."""

SHORTEST = len("2018-09-15T18:29:00Z")
USUAL = len("2018-09-15T18:29:00.123Z")
"""Length of JavaScript's format, which most clients send. Parsed on a fast path."""
LONGEST = 64
"""No form of a time has more characters; a fraction and an offset with seconds leave some to spare."""

BASIC_DATE = 8
"""The digits of `20261120`, the only time made of digits alone that is not a count since the epoch."""

SECONDS_BELOW = 10**11
"""Smaller epoch times are seconds (up to the year 5138); as milliseconds they would lie before March 1973."""
MILLISECONDS_BELOW = 10**14
"""Smaller ones are milliseconds (up to the year 5138). From here on they are microseconds (BigQuery, PostgreSQL)."""
MICROSECONDS_BELOW = 10**17
"""Smaller ones are microseconds; the others are nanoseconds (Go's `UnixNano`, Python's `time_ns`)."""

EPOCH_DIGITS = re.compile(r"[0-9]{1,20}(?:\.[0-9]{1,9})?")
"""An epoch time in a text."""

NO_OFFSET = timedelta()

UNREADABLE_TIME = "unreadable_time"
"""Kind of violation: a time that cannot be read; the time of receipt replaces it."""

ENDS = "Z0123456789"
"""Valid last characters of a time. `datetime.fromisoformat` accepts some others."""


def read_iso_or_epoch(value: Any) -> int | None:
    """Read ISO 8601, or an epoch time as a number or its digits (CrossEngage, `timestamp`).

    A text without a zone is UTC. A date alone is its first moment. Letters may be lower-case, and a space may replace
    the `T`.
    """
    if type(value) is str:
        return _iso_or_digits(value)
    return _from_epoch(value)


def read_local(value: Any, zone: tzinfo) -> int | None:
    """Read as `read_iso_or_epoch`, but a text without a zone in `zone` (Antsomi, `et`)."""
    if type(value) is str:
        return _iso_or_digits(value, zone)
    return _from_epoch(value)


def read_utc(value: Any) -> int | None:
    """Read `yyyy-MM-ddTHH:mm:ss` with an optional fraction and the zone UTC (CustomerLabs, `added_at`)."""
    moment = _strict_moment(value) if type(value) is str else None
    return None if moment is None or moment.utcoffset() != NO_OFFSET else _milliseconds(moment)


def read_strict_iso_or_epoch(value: Any) -> int | None:
    """Read `yyyy-MM-ddTHH:mm:ss` with an optional fraction and `±hhmm`, `±hh:mm` or `Z`; or an epoch time.

    WebEngage, Tracking Events, `eventTime`. The zone is not optional: a guessed one would be hours wrong unnoticed.
    """
    if type(value) is not str:
        return _from_epoch(value)
    if value[4:5] != "-":
        return _from_digits(value)
    moment = _strict_moment(value)
    return None if moment is None or moment.tzinfo is None else _milliseconds(moment)


def _iso_or_digits(text: str, zone: tzinfo = UTC) -> int | None:
    if len(text) == USUAL and text[10] == "T" and text[23] == "Z":
        moment = _moment(text)
        return None if moment is None else _milliseconds(moment)
    if not 0 < len(text) <= LONGEST:
        return None
    if text[4:5] != "-" and len(text) != BASIC_DATE and (counted := _from_digits(text)) is not None:
        return counted
    text = text.upper()
    # `fromisoformat` accepts any character between date and time, in the extended form and in the basic one.
    if len(text) > len("yyyy-MM-dd") and text[10] not in "T " and text[8] not in "T ":
        return None
    moment = _moment(text)
    if moment is None:
        return None
    return _milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _strict_moment(text: str) -> datetime | None:
    """Read date and time to the second, separated by a `T`; the zone may be missing."""
    if not SHORTEST <= len(text) <= LONGEST or text[10] != "T" or text[16] != ":":
        return None
    return _moment(text)


def _moment(text: str) -> datetime | None:
    if text[-1] not in ENDS:
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def _milliseconds(moment: datetime) -> int | None:
    since = moment - EPOCH
    milliseconds = since.days * DAY + since.seconds * 1_000 + since.microseconds // 1_000
    return milliseconds if EARLIEST <= milliseconds <= LATEST else None


def _from_digits(text: str) -> int | None:
    """Read the digits of an epoch time, with an optional fraction."""
    # By length first: the pattern would scan megabytes.
    if len(text) > LONGEST or not EPOCH_DIGITS.fullmatch(text):
        return None
    return _from_epoch(float(text) if "." in text else int(text))


def _from_epoch(value: Any) -> int | None:
    """Convert seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by size. No booleans."""
    if type(value) is not int and (type(value) is not float or not isfinite(value)):
        return None
    size = abs(value)
    if size < SECONDS_BELOW:
        # Rounded first: a float of 1795168800.123 seconds is a little less than its 123 milliseconds.
        value = value * 1_000 if type(value) is int else round(value * 1_000, 2)
    elif size >= MICROSECONDS_BELOW:
        value //= 1_000_000
    elif size >= MILLISECONDS_BELOW:
        value //= 1_000
    return int(value) if EARLIEST <= value <= LATEST else None
