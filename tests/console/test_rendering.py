"""How values are shown."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from tests.console.test_hostile import CORPUS

from passerby.console import rendering

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC).timestamp()


@pytest.mark.parametrize(
    "moment, shown",
    [
        ("2026-03-01T11:59:59.500Z", "0 seconds ago"),
        ("2026-03-01T11:59:59.000Z", "1 second ago"),
        ("2026-03-01T11:59:00.000Z", "1 minute ago"),
        ("2026-03-01T10:30:00.000Z", "1 hour ago"),
        ("2026-02-28T00:00:00.000Z", "36 hours ago"),
        ("2026-02-27T12:00:00.000Z", "2 days ago"),
        ("2026-03-01T12:00:01.000Z", "in the future"),
    ],
)
def test_ages_are_told_in_the_largest_unit_that_fits(moment: str, shown: str) -> None:
    assert rendering.age(moment, NOW) == shown


def test_an_age_counts_from_now_where_nothing_else_is_said() -> None:
    assert rendering.age(rendering.iso_of(0)).endswith(" days ago")


def test_times_are_shown_in_utc() -> None:
    assert rendering.clock("2026-03-01T13:05:07.123+02:00") == "2026-03-01 11:05:07"


@pytest.mark.parametrize(
    "value, shown",
    [
        (0, "0 B"),
        (999, "999 B"),
        (1_000, "1.0 kB"),
        (99_949, "99.9 kB"),
        (123_456, "123 kB"),
        (5e9, "5.0 GB"),
        (2e13, "20.0 TB"),
    ],
)
def test_sizes_have_two_or_three_digits(value: float, shown: str) -> None:
    assert rendering.size(value) == shown


@pytest.mark.parametrize("seconds, shown", [(0, "0 s"), (119, "119 s"), (120, "2 min"), (7_200, "2 h"), (1e6, "11 d")])
def test_durations_are_told_in_the_largest_unit_of_which_there_are_two(seconds: float, shown: str) -> None:
    assert rendering.lasting(seconds) == shown


def test_thousands_stand_apart() -> None:
    assert rendering.number(1_234_567) == "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"


@given(st.text(), st.integers(3, 60))
def test_whatever_is_shortened_keeps_both_ends(text: str, length: int) -> None:
    short = rendering.short(text, length)
    assert len(short) <= length or short == text
    if short != text:
        begin, _, end = short.partition("…")
        assert text.startswith(begin)
        assert text.endswith(end)


def test_a_query_leaves_out_what_is_not_given() -> None:
    assert rendering.query(q="a b", stage=None, name="", limit=5) == "?q=a+b&limit=5"
    assert rendering.query(q=None) == ""


@pytest.mark.parametrize("text", CORPUS)
def test_every_value_is_escaped(text: str) -> None:
    page = rendering.render("failure.html", visit=None, title=text, text=text)
    assert text not in page or not set(text) & set("<>\"'&")


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.render("failure.html", visit=None, title="only this")
