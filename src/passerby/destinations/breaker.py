"""Circuit breaker of a destination: stops requests to a target that is down, and tries it with one request at a time.

While it is open, no item's attempts are spent: a target can be down for days without a loss. Times in ms.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

import msgspec

FAILURES_IN_A_ROW: Final = 10
WINDOW: Final = 100
"""Newest results of which more than half are failures when the breaker opens."""
GOOD_PROBES: Final = 3
FIRST_PROBE_MS: Final = 1_000
LAST_PROBE_MS: Final = 300_000
"""Waits before a probe: they double from the first to the last."""
PAUSED_AFTER_MS: Final = 120 * 3_600_000
"""Time with failures only after which the destination is paused."""
ALERTS_MS: Final = (15 * 60_000, 6 * 3_600_000, 24 * 3_600_000, 72 * 3_600_000)
"""Times with failures only after which operators are alerted."""

Permission = Literal["send", "probe", "wait"]


class Breaker(msgspec.Struct, frozen=True, kw_only=True):
    """The breaker of one destination, as it is stored."""

    row: Annotated[int, msgspec.Meta(ge=0)] = 0
    """Failures since the last success, up to FAILURES_IN_A_ROW, which is reached only when it opens."""
    results: str = ""
    """The newest results, the oldest first: `1` is a failure."""
    failing_since: int | None = None
    """Time of the first failure since the last success."""
    opened_at: int | None = None
    """None while it is closed."""
    probe_wait_ms: int = FIRST_PROBE_MS
    probe_at: int = 0
    """When the next probe is due, while it is open."""
    good_probes: int = 0

    @property
    def is_open(self) -> bool:
        """Whether only probes are sent. The attempts of an item that fails while it is open are not counted."""
        return self.opened_at is not None


def permission(breaker: Breaker, now: int) -> Permission:
    """Return whether requests may be sent: all, one as a probe (no other until its result), or none."""
    if not breaker.is_open:
        return "send"
    return "probe" if now >= breaker.probe_at else "wait"


def record(breaker: Breaker, *, failed: bool, now: int, probe: bool = False) -> Breaker:
    """Return the breaker after a request. A failure is a temporary outcome: every other answer shows a working target.

    Results of requests that were sent before it opened, which are not probes, do not close it and do not delay probes.
    """
    failing_since = (now if breaker.failing_since is None else breaker.failing_since) if failed else None
    seen = msgspec.structs.replace(breaker, failing_since=failing_since)
    if breaker.is_open:
        return _after_probe(seen, failed=failed, now=now) if probe else seen
    row = breaker.row + 1 if failed else 0
    results = (breaker.results + ("1" if failed else "0"))[-WINDOW:]
    if row >= FAILURES_IN_A_ROW or (len(results) == WINDOW and results.count("1") > WINDOW // 2):
        return Breaker(failing_since=failing_since, opened_at=now, probe_at=now + FIRST_PROBE_MS)
    return msgspec.structs.replace(seen, row=row, results=results)


def _after_probe(breaker: Breaker, *, failed: bool, now: int) -> Breaker:
    if failed:
        wait = min(2 * breaker.probe_wait_ms, LAST_PROBE_MS)
        return msgspec.structs.replace(breaker, good_probes=0, probe_wait_ms=wait, probe_at=now + wait)
    if breaker.good_probes + 1 >= GOOD_PROBES:
        return Breaker()
    return msgspec.structs.replace(
        breaker, good_probes=breaker.good_probes + 1, probe_wait_ms=FIRST_PROBE_MS, probe_at=now + FIRST_PROBE_MS
    )


def must_pause(breaker: Breaker, now: int) -> bool:
    """Return whether nothing but failures was seen for so long that the destination is paused."""
    return breaker.failing_since is not None and now - breaker.failing_since >= PAUSED_AFTER_MS


def alert(breaker: Breaker, before: int, now: int) -> int | None:
    """Return the longest of ALERTS_MS that was reached between two times, or None: operators are alerted then."""
    since = breaker.failing_since
    if since is None:
        return None
    return max((after for after in ALERTS_MS if before - since < after <= now - since), default=None)
