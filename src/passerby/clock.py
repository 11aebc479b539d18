"""Formats times: milliseconds since 1970 in UTC as ISO 8601 text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def iso(ms: int) -> str:
    """Return milliseconds since 1970 in UTC as text like `2026-11-20T10:00:00.000Z`.

    Times outside the years 1 to 9999 are clamped: `datetime` raises for them, and no stored number may make a response
    fail.
    """
    seconds, milliseconds = divmod(ms, 1000)
    moment = _EPOCH + timedelta(seconds=min(max(seconds, _FIRST), _LAST))
    return f"{moment.isoformat()[:19]}.{milliseconds:03d}Z"
