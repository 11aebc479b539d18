"""The clock, and times as text: milliseconds since 1970 in UTC, and ISO 8601."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Annotated, Final

from msgspec import Meta

Milliseconds = Annotated[int, Meta(description="a time in milliseconds since 1970 in UTC")]
"""A time. The JSON of a page of the console has it as text, so its fields must differ from other numbers."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())

_time_ns: Final = time.time_ns  # looked up once: the edge reads the clock for every request


def now_ms() -> int:
    """Return the time in milliseconds since 1970."""
    return _time_ns() // 1_000_000


def iso(ms: int) -> str:
    """Return milliseconds since 1970 in UTC as text like `2026-11-20T10:00:00.000Z`.

    Times outside the years 1 to 9999 are clamped: `datetime` raises for them, and no stored number may make a response
    fail.
    """
    seconds, milliseconds = divmod(ms, 1000)
    moment = _EPOCH + timedelta(seconds=min(max(seconds, _FIRST), _LAST))
    return f"{moment.isoformat()[:19]}.{milliseconds:03d}Z"
