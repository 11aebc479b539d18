"""Reads points in time as the vendors' documentation allows them, to milliseconds since 1970 in UTC.

Every reader answers None for what it cannot read, whatever it is given. A fraction finer than a millisecond is cut off.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = 86_400_000
"""Milliseconds."""

EARLIEST = -2_208_988_800_000
"""1900-01-01T00:00:00Z in milliseconds. From here to LATEST is what every engine of ours can hold as a time."""

LATEST = 10_413_791_999_999
"""2299-12-31T23:59:59.999Z in milliseconds."""

SHORTEST = len("2018-09-15T18:29:00Z")
LONGEST = 64
"""No form of a time has more characters; a fraction and an offset with seconds leave some to spare."""

BASIC_DATE = 8
"""The digits of `20261120`, the only time made of digits alone that is not a count since the epoch."""

NO_OFFSET = timedelta()

ENDS = "Z0123456789"
"""What a time may end in. Python's own reader would let some other endings pass."""


def read_iso_or_milliseconds(value: Any) -> int | None:
    """ISO 8601, or milliseconds since 1970 as a number or its digits (CrossEngage, `timestamp`).

    A text without a zone is UTC. A date alone is its first moment. Letters may be lower-case, and a space may stand
    for the `T`.
    """
    if type(value) is str:
        return _iso_or_digits(value)
    return _scaled(value, 1)


def read_local(value: Any, zone: tzinfo) -> int | None:
    """As `read_iso_or_milliseconds`, with a text without a zone meant in `zone` (Antsomi, `et`)."""
    if type(value) is str:
        return _iso_or_digits(value, zone)
    return _scaled(value, 1)


def read_utc(value: Any) -> int | None:
    """`yyyy-MM-ddTHH:mm:ss` with a fraction or none, in UTC and saying so (CustomerLabs, `added_at`)."""
    moment = _strict_moment(value) if type(value) is str else None
    return None if moment is None or moment.utcoffset() != NO_OFFSET else _milliseconds(moment)


def read_strict_iso_or_seconds(value: Any) -> int | None:
    """`yyyy-MM-ddTHH:mm:ss` with a fraction or none and `±hhmm`, `±hh:mm` or `Z`; or a number of seconds since 1970.

    WebEngage, Tracking Events, `eventTime`. The zone is not optional: a guessed one would be hours wrong unnoticed.
    """
    if type(value) is not str:
        return _scaled(value, 1_000)
    moment = _strict_moment(value)
    return None if moment is None or moment.tzinfo is None else _milliseconds(moment)


def _iso_or_digits(text: str, zone: tzinfo = UTC) -> int | None:
    if not 0 < len(text) <= LONGEST:
        return None
    if text.isascii() and text.isdecimal() and len(text) != BASIC_DATE:
        return _within(int(text))
    text = text.upper()
    if not _is_separated(text):
        return None
    moment = _moment(text)
    if moment is None:
        return None
    return _milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=zone))


def _is_separated(text: str) -> bool:
    """Whether a `T` or a space parts date and time. Python takes any character there, and so misreads many texts."""
    return len(text) <= len("yyyy-MM-dd") or text[10] in "T " or text[8] in "T "


def _strict_moment(text: str) -> datetime | None:
    """A date and a time to the second, parted as the documentation shows it; a zone may be missing."""
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


def _scaled(value: Any, factor: int) -> int | None:
    """A number of units of `factor` milliseconds. A boolean is no number."""
    if type(value) is int:
        return _within(value * factor)
    if type(value) is float and EARLIEST <= value * factor <= LATEST:
        return int(value * factor)
    return None


def _within(milliseconds: int) -> int | None:
    return milliseconds if EARLIEST <= milliseconds <= LATEST else None
