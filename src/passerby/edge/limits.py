"""Limits of the edge: bytes held for unanswered requests, bytes that one request may store, requests a minute.

The size of a body is limited by its call (`Call.body_limit`); `exchange` checks it while the body arrives.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Final

from passerby.dialects.contract import Call, Fault, RequestFault

LOGGED_PER_BYTE: Final = 8
"""Stored bytes allowed per byte of the body. The largest expansion found is a factor of four: `1e15` is stored as
digits."""
LOGGED_ANYWAY: Final = 8 << 20
"""Stored bytes allowed to every request: up to 5,000 messages of some 0.5 KiB each, plus a copy of the batch's shared
context in each (`docs/decisions/0031-calls-are-bounded-by-what-they-come-to.md`)."""
WINDOW_SECONDS: Final = 60.0
"""Vendors document their limits per minute."""


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


class RateExceeded(RequestFault):
    """The rate limit is exceeded: `limit` requests a minute are allowed, the next one after `retry_after` seconds."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(Fault.RATE_LIMITED)
        self.limit = limit
        self.retry_after = retry_after


class RateLimits:
    """Counts the accepted requests of each key in fixed windows of a minute that begin with its first request.

    Only calls with a documented limit are counted. Requests that a dialect rejects are not: they use up no key's limit,
    and there are never more windows than keys. Each edge process counts separately. `factor` multiplies the vendors'
    limits; 0 disables them. `clock` returns monotonic seconds.
    """

    def __init__(self, factor: float, clock: Callable[[], float]) -> None:
        self._factor = factor
        self._clock = clock
        self._windows: dict[tuple[str, ...], _Window] = {}

    def count(self, call: Call, factor: float | None = None) -> None:
        """Count a request. `factor` is the project's own, in place of the server's. Raises RateExceeded."""
        factor = self._factor if factor is None else factor
        if not call.rate or not factor:
            return
        now = self._clock()
        key = (call.rate_group, *call.parameters.values())
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            window = self._windows[key] = _Window(now + WINDOW_SECONDS)
        limit = max(1, int(call.rate * factor))
        if window.count >= limit:
            raise RateExceeded(limit, max(1, math.ceil(window.ends - now)))
        window.count += 1


class _Window:
    """The current window of one key: its end, and the number of requests in it."""

    __slots__ = ("count", "ends")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.count = 0
