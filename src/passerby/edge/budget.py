"""How much the edge may hold in memory at once for requests that are not answered yet."""

from __future__ import annotations

from typing import Final

LOGGED_PER_BYTE: Final = 8
"""Bytes of messages that a byte of a call may come to. The longest expansion of a value that was found is four: `1e15`
is written out."""
LOGGED_ANYWAY: Final = 8 << 20
"""Bytes of messages that any call may come to: each of up to 5,000 messages has some 0.5 KiB of its own, and a copy of
what its batch shares (`docs/decisions/0031-calls-are-bounded-by-what-they-come-to.md`)."""


def logged_limit(received: int) -> int:
    """The most bytes that the messages of a call with a body of this size may have together."""
    return LOGGED_PER_BYTE * received + LOGGED_ANYWAY


class Budget:
    """Bytes that are held now, and how many may be. Whoever holds some adds them to `taken` for that time.

    Asked before each addition, so that what is held exceeds the limit by one addition at most. For one thread only.
    """

    __slots__ = ("limit", "taken")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0

    def fits(self, size: int) -> bool:
        """Whether so many bytes more may be held now. Alone, more than the limit may be: else they never could."""
        return not self.taken or self.taken + size <= self.limit

    @property
    def spent(self) -> bool:
        """Whether nothing more may be held now."""
        return self.taken >= self.limit
