"""Rate limits by key, for the calls whose vendor documents one."""

from __future__ import annotations

import math
from collections.abc import Callable

from passerby.dialects.contract import Call, Fault, RequestFault

WINDOW_SECONDS = 60.0


class RateExceeded(RequestFault):
    """The rate limit is exceeded: `limit` requests a minute are allowed, the next one after `retry_after` seconds."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(Fault.RATE_LIMITED)
        self.limit = limit
        self.retry_after = retry_after


class RateLimits:
    """Counts the accepted requests of each key in fixed windows of a minute that begin with its first request.

    Requests that a dialect rejects are not counted: they use up no key's limit, and there are never more windows than
    keys. Each edge process counts separately. `factor` multiplies the vendors' limits; 0 disables them. `clock` returns
    monotonic seconds.
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
