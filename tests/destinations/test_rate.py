"""The rate of requests: never above the limit, halved by a refusal, recovered minute by minute."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.rate import LEAST_PER_SECOND, Rate, new_rate, refused, take

MINUTE = 60_000


def taken(rate: Rate, now: int, most: int = 10_000) -> tuple[Rate, int]:
    """The bucket after taking all that is there, and how much that was."""
    for number in range(most):
        rate, wait = take(rate, now)
        if wait:
            return rate, number
    raise AssertionError("the bucket has no end")


def at(rate: Rate, now: int) -> float:
    return take(rate, now)[0].per_second


def test_the_bucket_holds_one_second() -> None:
    rate, number = taken(new_rate(50, 0), 0)
    assert number == 50
    assert taken(rate, 500)[1] == 25
    assert taken(rate, 60_000)[1] == 50


def test_a_slow_destination_has_one_request_at_once() -> None:
    rate, wait = take(new_rate(0.5, 0), 0)
    assert wait == 0
    rate, wait = take(rate, 0)
    assert wait == 2_000
    assert take(rate, 1_999)[1] == 1
    assert take(rate, 2_000)[1] == 0


def test_a_refusal_halves_the_rate_and_what_is_in_the_bucket() -> None:
    rate = refused(new_rate(100, 0), 0)
    assert at(rate, 0) == 50
    assert taken(rate, 0)[1] == 50


def test_refusals_of_one_second_count_once() -> None:
    rate = refused(refused(refused(new_rate(100, 0), 0), 500), 999)
    assert at(rate, 999) == 50
    assert at(refused(rate, 1_000), 1_000) == 25


def test_the_rate_has_a_lower_end() -> None:
    rate = new_rate(1, 0)
    for second in range(20):
        rate = refused(rate, second * 1_000)
    assert rate.per_second == LEAST_PER_SECOND
    assert refused(new_rate(0.001, 0), 0).per_second == 0.001


def test_each_minute_without_a_refusal_adds_a_tenth_of_the_limit() -> None:
    rate = refused(new_rate(100, 0), 0)
    rates = [rate := take(rate, minute * MINUTE)[0] for minute in range(8)]
    assert [round(each.per_second) for each in rates] == [50, 60, 70, 80, 90, 100, 100, 100]
    assert at(refused(new_rate(100, 0), 0), 3 * MINUTE + 1) == pytest.approx(80)


def test_no_request_is_sent_during_the_delay_that_the_target_asked_for() -> None:
    rate = refused(new_rate(100, 0), 0, 30_000)
    assert take(rate, 0)[1] == 30_000
    assert take(rate, 29_999)[1] == 1
    assert take(rate, 30_000)[1] == 0


def test_the_minutes_count_from_the_end_of_the_delay() -> None:
    rate = refused(new_rate(100, 0), 0, 2 * MINUTE)
    assert at(rate, 2 * MINUTE + 59_999) == 50
    assert at(rate, 3 * MINUTE) == 60


def test_a_delay_is_at_most_six_hours_and_is_not_shortened() -> None:
    rate = refused(new_rate(100, 0), 0, 100 * 3_600_000)
    assert take(refused(rate, 10, 5), 10)[1] == 6 * 3_600_000 - 10


def test_a_clock_that_goes_back_gives_nothing() -> None:
    rate, _ = taken(new_rate(10, 10_000), 10_000)
    assert taken(rate, 0)[1] == 0
    assert taken(take(rate, 0)[0], 10_100)[1] == 1


STEPS = st.lists(st.tuples(st.sampled_from(["take", "take", "take", "refused"]), st.integers(0, 5_000)), max_size=200)


@given(st.sampled_from([0.2, 1.0, 7.5, 100.0]), STEPS)
def test_the_limit_holds_over_every_span_of_time(limit: float, steps: list[tuple[str, int]]) -> None:
    rate, now = new_rate(limit, 0), 0
    sent: list[int] = []
    for step, wait in steps:
        now += wait
        if step == "refused":
            rate = refused(rate, now, wait)
            continue
        rate, delay = take(rate, now)
        if delay:
            assert take(rate, now + delay)[1] == 0
            assert delay <= 2 or take(rate, now + delay - 2)[1] > 0  # rounded up, from a floating-point number
        else:
            sent.append(now)
        assert min(limit, LEAST_PER_SECOND) <= rate.per_second <= limit
    for first in range(len(sent)):
        for last in range(first, len(sent)):
            assert last - first + 1 <= max(1.0, limit) + limit * (sent[last] - sent[first]) / 1_000 + 1e-6
