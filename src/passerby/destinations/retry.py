"""Retries of one item: when the next attempt is due, and when the item is dead. Times in ms."""

from __future__ import annotations

from typing import Final

_SECOND: Final = 1_000
_MINUTE: Final = 60 * _SECOND
_HOUR: Final = 60 * _MINUTE

WAITS_MS: Final = (
    5 * _SECOND,
    30 * _SECOND,
    2 * _MINUTE,
    10 * _MINUTE,
    30 * _MINUTE,
    1 * _HOUR,
    3 * _HOUR,
    6 * _HOUR,
    12 * _HOUR,
    24 * _HOUR,
    24 * _HOUR,
)
"""Before the second attempt, the third, and so on: about 71 hours in all."""
ATTEMPTS: Final = len(WAITS_MS) + 1
JITTER: Final = 0.2
"""Share by which a wait is shortened or lengthened, so that items that failed together are not retried together."""
MOST_RETRY_AFTER_MS: Final = 6 * _HOUR


def next_attempt(attempts: int, now: int, retry_after_ms: int | None, chance: float) -> int | None:
    """Return when an item is due again after this many failed attempts (from 1), or None when it is dead.

    `chance` is a random number from 0 to 1. A delay that the target asked for counts if it is longer.
    """
    if attempts >= ATTEMPTS:
        return None
    wait = WAITS_MS[max(0, attempts - 1)] * (1 - JITTER + 2 * JITTER * chance)
    return now + max(round(wait), min(retry_after_ms or 0, MOST_RETRY_AFTER_MS))
