"""Memory limits of the edge: bytes held for unanswered requests, and bytes that one request may store."""

from __future__ import annotations

from typing import Final

LOGGED_PER_BYTE: Final = 8
"""Stored bytes allowed per byte of the body. The largest expansion found is a factor of four: `1e15` is stored as
digits."""
LOGGED_ANYWAY: Final = 8 << 20
"""Stored bytes allowed to every request: up to 5,000 messages of some 0.5 KiB each, plus a copy of the batch's shared
context in each (`docs/decisions/0031-calls-are-bounded-by-what-they-come-to.md`)."""


def logged_limit(received: int) -> int:
    """Return how many bytes the messages of a request may have in total; `received` is the size of its body."""
    return LOGGED_PER_BYTE * received + LOGGED_ANYWAY


class Budget:
    """Counts bytes held in memory against a limit. Callers add to `taken` and subtract when they release.

    It is checked before each addition, so the limit is exceeded by one addition at most. Not thread-safe.
    """

    __slots__ = ("limit", "taken")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0

    def fits(self, size: int) -> bool:
        """Whether `size` more bytes may be held. Any size fits alone: it could never be accepted otherwise."""
        return not self.taken or self.taken + size <= self.limit

    @property
    def spent(self) -> bool:
        """Whether the limit is reached."""
        return self.taken >= self.limit
