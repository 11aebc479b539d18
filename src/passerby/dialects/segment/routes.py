"""Every path of Segment's API and of those that speak it."""

from __future__ import annotations

from passerby.dialects.contract import Call
from passerby.dialects.segment import browser, calls, pixels


def match(path: str) -> Call | None:
    """Return the call of a path, else None. Other dialects have paths below `/v1/`, too."""
    return calls.match(path) or browser.match(path) or pixels.match(path)
