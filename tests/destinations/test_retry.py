"""Retries: 12 attempts in about three days, and the target's own delay if it is longer."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.retry import ATTEMPTS, MOST_RETRY_AFTER_MS, WAITS_MS, next_attempt

HOUR = 3_600_000
CHANCE = st.floats(0, 1)


def test_the_waits_are_about_71_hours_in_all() -> None:
    assert round(sum(WAITS_MS) / HOUR) == 71
    assert list(WAITS_MS) == sorted(WAITS_MS)


def test_an_item_is_dead_after_its_last_attempt() -> None:
    assert ATTEMPTS == 12
    assert next_attempt(11, 0, None, 0.5) == 24 * HOUR
    assert next_attempt(12, 0, None, 0.5) is None
    assert next_attempt(99, 0, 1_000, 0.5) is None


def test_the_first_wait_is_about_five_seconds() -> None:
    assert next_attempt(1, 100, None, 0.5) == 5_100
    assert next_attempt(1, 0, None, 0) == 4_000
    assert next_attempt(1, 0, None, 1) == 6_000


def test_an_attempt_that_was_not_counted_waits_as_the_first() -> None:
    assert next_attempt(0, 0, None, 0.5) == 5_000


def test_the_targets_delay_counts_if_it_is_longer() -> None:
    assert next_attempt(1, 0, 60_000, 0.5) == 60_000
    assert next_attempt(3, 0, 60_000, 0.5) == 120_000


def test_the_targets_delay_is_at_most_six_hours() -> None:
    assert next_attempt(1, 0, 7 * HOUR, 0.5) == 6 * HOUR == MOST_RETRY_AFTER_MS


@given(st.integers(1, ATTEMPTS - 1), st.integers(0, 2**40), st.none() | st.integers(0, 2**40), CHANCE)
def test_a_wait_is_within_its_jitter_or_the_targets(attempts: int, now: int, delay: int | None, chance: float) -> None:
    due = next_attempt(attempts, now, delay, chance)
    assert due is not None
    wait = WAITS_MS[attempts - 1]
    asked = min(delay or 0, MOST_RETRY_AFTER_MS)
    assert max(0.8 * wait, asked) <= due - now <= max(1.2 * wait, asked)


@given(st.lists(CHANCE, min_size=ATTEMPTS, max_size=ATTEMPTS))
def test_all_attempts_take_between_two_and_four_days(chances: list[float]) -> None:
    now, attempts = 0, 1
    while (due := next_attempt(attempts, now, None, chances[attempts - 1])) is not None:
        now, attempts = due, attempts + 1
    assert attempts == ATTEMPTS
    assert 0.8 * 70 * HOUR <= now <= 1.2 * 71 * HOUR
