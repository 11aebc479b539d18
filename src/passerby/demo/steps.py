"""What a day is made of: calls, the hours within which they happen, and what there is to buy."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, NamedTuple

DAY_MS: Final = 24 * 3600 * 1000
LATE_MS: Final = DAY_MS - 3600 * 1000
"""After this nobody visits: it is the hour of the books, of phones that change hands, and of the mailing."""

PRODUCTS: Final = (
    ("A-1", "Desk Lamp", 39.0),
    ("A-2", "Wall Clock", 24.5),
    ("B-1", "Notebook", 6.9),
    ("B-2", "Fountain Pen", 31.0),
    ("C-1", "Tea Pot", 45.0),
    ("C-2", "Mug", 9.5),
    ("D-1", "Hiking Map", 12.0),
    ("D-2", "Compass", 27.9),
)


class Step(NamedTuple):
    """One call: when it happens (milliseconds since 1970), whose turn it is, and what is sent, `times` times."""

    at: int
    household: int
    call: str
    """DIALECT.CALL, for example `crossengage.track`."""
    body: dict[str, Any]
    request_id: str = ""
    times: int = 1


def iso(at: int) -> str:
    """A time as ISO 8601 in UTC with milliseconds."""
    return datetime.fromtimestamp(at / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{at % 1000:03d}Z"
