"""Restarts of a crashing process are delayed increasingly, up to a limit."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.runtime.supervisor.processes import FIRST_SECONDS, LONGEST_SECONDS, STEADY_SECONDS, next_delay


def test_the_wait_doubles_up_to_the_longest() -> None:
    delays = [0.0]
    for _ in range(12):
        delays.append(next_delay(delays[-1], ran=0.0))
    assert delays[1:4] == [FIRST_SECONDS, 2 * FIRST_SECONDS, 4 * FIRST_SECONDS]
    assert delays[-1] == LONGEST_SECONDS


def test_a_process_that_was_steady_is_started_again_soon() -> None:
    assert next_delay(LONGEST_SECONDS, ran=STEADY_SECONDS) == FIRST_SECONDS


@given(previous=st.floats(0, LONGEST_SECONDS), ran=st.floats(0, 1e6))
def test_the_delay_is_within_its_bounds(previous: float, ran: float) -> None:
    assert FIRST_SECONDS <= next_delay(previous, ran) <= LONGEST_SECONDS
