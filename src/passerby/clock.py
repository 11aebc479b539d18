"""Times on their way out: milliseconds since 1970 in UTC as ISO 8601 text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST = int(datetime(1, 1, 1, tzinfo=UTC).timestamp())
_LAST = int(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC).timestamp())


def iso(ms: int) -> str:
    """Milliseconds since 1970 in UTC as text like `2026-11-20T10:00:00.000Z`.

    The text has four digits for the year: a time outside of the years 1 to 9999 is shown as the nearest second inside,
    so that no stored number can make an answer impossible.
    """
    seconds, milliseconds = divmod(ms, 1000)
    moment = _EPOCH + timedelta(seconds=min(max(seconds, _FIRST), _LAST))
    return f"{moment.isoformat()[:19]}.{milliseconds:03d}Z"
