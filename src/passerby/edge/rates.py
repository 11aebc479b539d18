"""Limits on how often one key may call, where the vendor documents one."""

from __future__ import annotations

import math
from collections.abc import Callable

from passerby.dialects.contract import Call, Fault, RequestFault

WINDOW_SECONDS = 60.0


class RateExceeded(RequestFault):
    """A call too many: `limit` are allowed a minute, and in `retry_after` whole seconds there will be room again."""

    def __init__(self, limit: int, retry_after: int) -> None:
        super().__init__(Fault.RATE_LIMITED)
        self.limit = limit
        self.retry_after = retry_after


class RateLimits:
    """Counts the accepted requests of each key in windows of a minute, which begin with its first request.

    Only what a dialect accepted is counted, so neither a stranger who knows a public key nor a client's own mistakes
    use up its budget, and there are never more windows than keys. Each edge process counts for itself.
    `factor` multiplies the vendors' numbers; 0 turns all limits off. `clock` gives seconds that never go back.
    """

    def __init__(self, factor: float, clock: Callable[[], float]) -> None:
        self._factor = factor
        self._clock = clock
        self._windows: dict[tuple[str, ...], _Window] = {}

    def count(self, call: Call, factor: float | None = None) -> None:
        """Count a request of this call. Raises RateExceeded for one that is beyond the limit.

        `factor` is the project's own in place of the one for all.
        """
        factor = self._factor if factor is None else factor
        if not call.rate or not factor:
            return
        now = self._clock()
        window = self._window((call.rate_group, *call.parameters.values()), now)
        limit = max(1, int(call.rate * factor))
        if window.count >= limit:
            raise RateExceeded(limit, max(1, math.ceil(window.ends - now)))
        window.count += 1

    def _window(self, key: tuple[str, ...], now: float) -> _Window:
        window = self._windows.get(key)
        if window is None or now >= window.ends:
            window = self._windows[key] = _Window(now + WINDOW_SECONDS)
        return window


class _Window:
    """A minute of one key: when it ends, and how many requests it has seen."""

    __slots__ = ("count", "ends")

    def __init__(self, ends: float) -> None:
        self.ends = ends
        self.count = 0
