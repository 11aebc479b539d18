"""The circuit breaker: when it opens, how it probes, and that a target can be down for days without a loss."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.breaker import (
    ALERTS_MS,
    FIRST_PROBE_MS,
    LAST_PROBE_MS,
    PAUSED_AFTER_MS,
    WINDOW,
    Breaker,
    alert,
    must_pause,
    permission,
    record,
)

HOUR = 3_600_000


def after(results: str, breaker: Breaker | None = None, now: int = 0) -> Breaker:
    """A breaker after results: `x` is a failure, `.` is none."""
    breaker = breaker or Breaker()
    for result in results:
        breaker = record(breaker, failed=result == "x", now=now)
    return breaker


def probed(results: str, breaker: Breaker) -> Breaker:
    """A breaker after probes, each when it is due."""
    for result in results:
        assert permission(breaker, breaker.probe_at - 1) == "wait"
        assert permission(breaker, breaker.probe_at) == "probe"
        breaker = record(breaker, failed=result == "x", now=breaker.probe_at, probe=True)
    return breaker


OPEN = after("x" * 10)


@pytest.mark.parametrize(
    "results, is_open",
    [
        ("x" * 9, False),
        ("x" * 10, True),
        (("x" * 9 + ".") * 5, False),
        ("x." * 50, False),
        ("x." * 49 + "xx", True),
        ("xx." * 33, False),
        ("xx." * 33 + "x", True),
        ("xxx" + "." * 60 + "xx." * 15, False),
        ("." * 100 + "x" * 9, False),
    ],
)
def test_it_opens_after_ten_failures_in_a_row_or_more_than_half_of_the_last_hundred(
    results: str, *, is_open: bool
) -> None:
    assert after(results).is_open == is_open


def test_a_closed_breaker_lets_requests_pass() -> None:
    assert permission(after("x" * 9), 0) == "send"


def test_probes_are_due_after_1_2_4_seconds_up_to_5_minutes() -> None:
    breaker, waits, now = OPEN, [], 0
    for _ in range(12):
        waits.append((breaker.probe_at - now) // 1_000)
        now = breaker.probe_at
        breaker = probed("x", breaker)
    assert waits == [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300, 300]


def test_three_good_probes_in_a_row_close_it() -> None:
    assert probed("..", OPEN).is_open
    assert probed("..x..", OPEN).is_open
    assert probed("xx...", OPEN) == Breaker()


def test_probes_are_frequent_again_after_a_good_one() -> None:
    breaker = probed("xxxxxx.", OPEN)
    assert breaker.probe_at - probed("xxxxxx", OPEN).probe_at == FIRST_PROBE_MS
    assert probed("x", breaker).probe_wait_ms == 2 * FIRST_PROBE_MS


def test_requests_that_were_sent_before_it_opened_change_nothing_but_the_time_of_failures() -> None:
    assert after("xxx", OPEN, now=500) == OPEN
    assert after("....", OPEN, now=500) == msgspec.structs.replace(OPEN, failing_since=None)


def test_the_window_begins_again_when_it_closes() -> None:
    closed = probed("...", OPEN)
    assert not after("x" * 9, closed).is_open


def test_it_is_paused_after_120_hours_of_nothing_but_failures() -> None:
    breaker = after("x", now=1_000)
    assert not must_pause(breaker, 1_000 + PAUSED_AFTER_MS - 1)
    assert must_pause(breaker, 1_000 + PAUSED_AFTER_MS)
    assert must_pause(after("x" * 9, breaker, now=PAUSED_AFTER_MS), 1_000 + PAUSED_AFTER_MS)
    assert not must_pause(after(".", breaker, now=PAUSED_AFTER_MS), 1_000 + PAUSED_AFTER_MS)
    assert not must_pause(Breaker(), 10 * PAUSED_AFTER_MS)


def test_one_good_probe_begins_the_120_hours_again() -> None:
    breaker = probed(".x", OPEN)
    assert breaker.failing_since == breaker.probe_at - breaker.probe_wait_ms


def test_operators_are_alerted_once_for_each_duration() -> None:
    breaker = after("x", now=7)
    alerts = []
    for now in range(7, 100 * HOUR, 60_000):
        reached = alert(breaker, now - 60_000, now)
        if reached is not None:
            alerts.append(reached)
    assert alerts == list(ALERTS_MS)
    assert alert(Breaker(), 0, HOUR) is None


def test_a_process_that_was_down_alerts_for_the_longest_duration_only() -> None:
    assert alert(after("x"), HOUR, 25 * HOUR) == 24 * HOUR


def test_a_target_that_is_down_for_a_week_costs_ten_attempts_and_a_probe_every_five_minutes() -> None:
    down_until, now = 7 * 24 * HOUR, 0
    breaker, spent, probes = Breaker(), 0, 0
    while breaker.is_open or now < down_until:
        allowed = permission(breaker, now)
        if allowed == "wait":
            now = breaker.probe_at
            continue
        spent += not breaker.is_open
        probes += allowed == "probe"
        breaker = record(breaker, failed=now < down_until, now=now, probe=allowed == "probe")
    assert spent == 10
    assert probes <= down_until // LAST_PROBE_MS + 15
    assert now <= down_until + LAST_PROBE_MS + 3 * FIRST_PROBE_MS


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 400_000)), max_size=300))
def test_it_closes_only_after_three_good_probes_and_opens_only_for_its_two_reasons(
    steps: list[tuple[bool, int]],
) -> None:
    breaker, now = Breaker(), 0
    since_change: list[bool] = []
    for failed, wait in steps:
        now += wait
        allowed = permission(breaker, now)
        if allowed == "wait":
            assert breaker.is_open
            assert 0 < breaker.probe_at - now <= LAST_PROBE_MS
            continue
        was_open = breaker.is_open
        assert (allowed == "probe") == was_open
        breaker = record(breaker, failed=failed, now=now, probe=was_open)
        since_change.append(failed)
        newest = since_change[-WINDOW:]
        if was_open:
            assert breaker.is_open == (since_change[-3:] != [False] * 3)
        else:
            opens = since_change[-10:] == [True] * 10 or (len(newest) == WINDOW and sum(newest) > WINDOW // 2)
            assert breaker.is_open == opens
        if breaker.is_open != was_open:
            since_change = []
        assert (breaker.failing_since is None) == (not failed)
        assert msgspec.json.decode(msgspec.json.encode(breaker), type=Breaker) == breaker
