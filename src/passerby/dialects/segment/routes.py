"""Every path of Segment's API and of those that speak it."""

from __future__ import annotations

from passerby.dialects.contract import Call
from passerby.dialects.segment import browser, calls, pixels


def match(path: str) -> Call | None:
    """The call that this path stands for; None for any other path, because the prefix is not Segment's alone."""
    return calls.match(path) or browser.match(path) or pixels.match(path)
