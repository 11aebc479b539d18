"""Each key has its own rate limit, where its vendor documents one."""

from __future__ import annotations

import pytest

from passerby.dialects.contract import Call, Outcome, Reply
from passerby.edge.limits import RateExceeded, RateLimits


class Clock:
    """Seconds that a test sets."""

    seconds = 1_000.0

    def __call__(self) -> float:
        return self.seconds


def call(key: str = "k", rate: int | None = 3, group: str = "events") -> Call:
    return Call(
        dialect="test",
        name="event",
        methods=frozenset({"POST"}),
        body_limit=10,
        parameters={"key": key},
        handle=lambda *_: Outcome(Reply(200)),
        fault=lambda *_: Reply(400),
        rate=rate,
        rate_group=group,
    )


def test_the_limit_holds_for_a_minute_from_the_first_request() -> None:
    clock = Clock()
    limits = RateLimits(1.0, clock)
    for _ in range(3):
        limits.count(call())
        clock.seconds += 10
    with pytest.raises(RateExceeded) as exceeded:
        limits.count(call())
    assert (exceeded.value.limit, exceeded.value.retry_after) == (3, 30)
    clock.seconds += 29.5
    with pytest.raises(RateExceeded) as exceeded:
        limits.count(call())
    assert exceeded.value.retry_after == 1
    clock.seconds += 0.5
    limits.count(call())


def test_a_projects_own_factor_takes_the_place_of_the_one_for_all() -> None:
    limits = RateLimits(0.0, Clock())
    for _ in range(6):
        limits.count(call(), 2.0)
    with pytest.raises(RateExceeded) as exceeded:
        limits.count(call(), 2.0)
    assert exceeded.value.limit == 6
    limits.count(call(), 0.0)
    limits.count(call())


def test_keys_and_groups_have_budgets_of_their_own() -> None:
    limits = RateLimits(1.0, Clock())
    for _ in range(3):
        limits.count(call())
    limits.count(call(key="another"))
    limits.count(call(group="users"))
    with pytest.raises(RateExceeded):
        limits.count(call())


def test_where_no_rate_is_documented_there_is_no_limit() -> None:
    limits = RateLimits(1.0, Clock())
    for _ in range(100):
        limits.count(call(rate=None))


def test_limits_can_be_turned_off_and_scaled() -> None:
    off = RateLimits(0.0, Clock())
    for _ in range(100):
        off.count(call())
    double = RateLimits(2.0, Clock())
    for _ in range(6):
        double.count(call())
    with pytest.raises(RateExceeded) as exceeded:
        double.count(call())
    assert exceeded.value.limit == 6
