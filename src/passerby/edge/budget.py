"""How much the edge may hold in memory at once for requests that are not answered yet."""

from __future__ import annotations


class Budget:
    """Bytes that are held now, and how many may be. Whoever holds some adds them to `taken` for that time.

    Asked before each addition, so that what is held exceeds the limit by one addition at most. For one thread only.
    """

    __slots__ = ("limit", "taken")

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.taken = 0

    @property
    def spent(self) -> bool:
        """Whether nothing more may be held now."""
        return self.taken >= self.limit
