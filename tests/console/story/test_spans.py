"""Lengths of time in words."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.console.story.spans import between, spell


@pytest.mark.parametrize(
    "seconds, words",
    [
        (0.4, "less than a second"),
        (-5, "less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (61, "1 minute"),
        (3_600, "1 hour"),
        (3_660, "1 hour 1 minute"),
        (100_000, "1 day 3 hours"),
        (9 * 86_400 + 7_200, "9 days"),
    ],
)
def test_a_length_is_told_in_its_largest_units(seconds: float, words: str) -> None:
    assert spell(seconds) == words


@given(st.floats(allow_nan=False, min_value=-1e12, max_value=1e12))
def test_whatever_the_length_two_units_are_enough(seconds: float) -> None:
    assert len(spell(seconds).split()) <= 4


def test_between_two_times_of_the_api_are_seconds() -> None:
    assert between("2026-11-20T10:00:00.000Z", "2026-11-20T10:01:00.500Z") == 60.5
