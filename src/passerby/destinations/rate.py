"""Rate of requests to a destination: a token bucket whose rate adapts to a target that refuses requests as too many."""

from __future__ import annotations

import math
from typing import Final

import msgspec

from passerby.destinations.retry import MOST_RETRY_AFTER_MS

LEAST_PER_SECOND: Final = 1 / 60
"""The rate is not halved below this, unless the limit is lower."""
RECOVERY: Final = 0.1
"""Share of the limit by which the rate grows in a minute without a refusal."""
MINUTE_MS: Final = 60_000
HALVED_EVERY_MS: Final = 1_000
"""Refusals in this time count once: they answer requests that were sent together."""


class Rate(msgspec.Struct, frozen=True, kw_only=True):
    """The bucket of one destination. Times in ms. It holds the requests of one second, at least one."""

    limit: float
    """Requests a second, as the kind documents it."""
    per_second: float
    """The current rate."""
    tokens: float
    at: int
    """Time of `tokens`."""
    changed_at: int
    """When the rate last changed."""
    halved_at: int | None = None
    blocked_until: int = 0
    """End of the delay that the target asked for."""


def new_rate(limit: float, now: int) -> Rate:
    """Return a full bucket with this limit, in requests a second."""
    return Rate(limit=limit, per_second=limit, tokens=max(1.0, limit), at=now, changed_at=now)


def take(rate: Rate, now: int) -> tuple[Rate, int]:
    """Take a token for one request. Return the bucket, and 0 or the ms until a token will be there: none was taken."""
    filled = _filled(rate, now)
    blocked = filled.blocked_until - now
    if blocked <= 0 and filled.tokens >= 1:
        return msgspec.structs.replace(filled, tokens=filled.tokens - 1), 0
    return filled, max(1, blocked, math.ceil((1 - filled.tokens) / filled.per_second * 1_000))


def refused(rate: Rate, now: int, retry_after_ms: int | None = None) -> Rate:
    """Return the bucket after the target refused a request as too many: half the rate, no request during its delay."""
    filled = _filled(rate, now)
    until = max(filled.blocked_until, now + min(retry_after_ms or 0, MOST_RETRY_AFTER_MS))
    if filled.halved_at is not None and now - filled.halved_at < HALVED_EVERY_MS:
        return msgspec.structs.replace(filled, blocked_until=until)
    halved = max(filled.per_second / 2, min(LEAST_PER_SECOND, filled.limit))
    return msgspec.structs.replace(
        filled,
        per_second=halved,
        tokens=min(filled.tokens, max(1.0, halved)),
        changed_at=now,
        halved_at=now,
        blocked_until=until,
    )


def _filled(rate: Rate, now: int) -> Rate:
    """Return the bucket at a time, its rate grown by the minutes since the last change."""
    elapsed = max(0, now - rate.at)
    tokens = min(rate.tokens + elapsed * rate.per_second / 1_000, max(1.0, rate.per_second))
    minutes = max(0, now - max(rate.changed_at, rate.blocked_until)) // MINUTE_MS
    if not minutes or rate.per_second >= rate.limit:
        return msgspec.structs.replace(rate, tokens=tokens, at=max(rate.at, now))
    grown = min(rate.limit, rate.per_second + minutes * RECOVERY * rate.limit)
    return msgspec.structs.replace(rate, per_second=grown, tokens=tokens, at=max(rate.at, now), changed_at=now)
