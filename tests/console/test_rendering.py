"""How values are shown."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from jinja2 import UndefinedError
from tests.console.test_hostile import CORPUS

from passerby.console import rendering

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC).timestamp()


def test_times_are_shown_in_utc() -> None:
    assert rendering.clock("2026-03-01T13:05:07.123+02:00") == "2026-03-01 11:05:07"
    assert rendering.utc("2026-03-01T13:05:07.123+02:00") == "2026-03-01 11:05:07 UTC"


def test_thousands_stand_apart() -> None:
    assert rendering.number(1_234_567) == "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"


@given(st.text(), st.integers(3, 60))
@example("0" * 19 + "…" + "0" * 21, 40)
def test_whatever_is_shortened_keeps_both_ends(text: str, length: int) -> None:
    short = rendering.short(text, length)
    assert len(short) <= length or short == text
    if short != text:
        cuts = [place for place, letter in enumerate(short) if letter == "…"]  # the text may hold the letter, too
        assert any(text.startswith(short[:cut]) and text.endswith(short[cut + 1 :]) for cut in cuts)


def test_a_query_leaves_out_what_is_not_given() -> None:
    assert rendering.query(q="a b", stage=None, name="", limit=5) == "?q=a+b&limit=5"
    assert rendering.query(q=None) == ""


@pytest.mark.parametrize("text", CORPUS)
def test_every_value_is_escaped(text: str) -> None:
    page = rendering.render("failure.html", page=None, title=text, text=text)
    assert text not in page or not set(text) & set("<>\"'&")


def test_a_name_that_is_not_given_is_an_error() -> None:
    with pytest.raises(UndefinedError):
        rendering.render("failure.html", page=None, title="only this")


@pytest.mark.parametrize(
    "moment, shown",
    [
        ("2026-03-29T00:59:59.000Z", "2026-03-29 01:59:59"),
        ("2026-03-29T01:00:00.000Z", "2026-03-29 03:00:00"),
        ("2026-10-25T00:30:00.000Z", "2026-10-25 02:30:00"),
        ("2026-10-25T01:30:00.000Z", "2026-10-25 02:30:00"),
        ("2025-12-31T23:30:00.000Z", "2026-01-01 00:30:00"),
    ],
)
def test_times_follow_daylight_saving_time(moment: str, shown: str) -> None:
    with rendering.in_zone(ZoneInfo("Europe/Berlin")):
        assert (rendering.clock(moment), rendering.utc(moment)) == (shown, f"{moment[:10]} {moment[11:19]} UTC")
    assert rendering.clock(moment) == f"{moment[:10]} {moment[11:19]}"
