"""Times, ages, durations, sizes, numbers and amounts as text."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.console.presenters import units

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC).timestamp()


def milliseconds(moment: str) -> int:
    """Return an ISO time in milliseconds since 1970."""
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


@pytest.mark.parametrize(
    "moment, text",
    [
        ("2026-03-01T11:59:59.500Z", "now"),
        ("2026-03-01T11:59:57.000Z", "3 seconds ago"),
        ("2026-03-01T11:59:00.000Z", "a minute ago"),
        ("2026-03-01T10:00:00.000Z", "2 hours ago"),
        ("2026-02-27T12:00:00.000Z", "2 days ago"),
        ("2026-03-01T12:00:01.000Z", "in the future"),
    ],
)
def test_an_age_has_the_largest_unit_that_fits(moment: str, text: str) -> None:
    assert units.age(milliseconds(moment), NOW) == text


def test_an_age_counts_from_the_present_by_default() -> None:
    assert "years" in units.age(0)


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0.4, "less than a second"),
        (-5, "less than a second"),
        (1, "1 second"),
        (59.9, "59 seconds"),
        (61, "1 minute and 1 second"),
        (3_600, "1 hour"),
        (3_660, "1 hour and 1 minute"),
        (100_000, "1 day and 3 hours"),
        (9 * 86_400 + 7_200, "9 days"),
    ],
)
def test_a_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert units.duration(seconds) == text


@given(st.floats(allow_nan=False))
def test_any_duration_has_at_most_three_units(seconds: float) -> None:
    assert len(units.duration(seconds).replace(",", " and").split(" and ")) <= 3


@pytest.mark.parametrize(
    "milliseconds, text",
    [
        (1, "1 second"),
        (1_000, "1 second"),
        (1_001, "2 seconds"),
        (59_000, "59 seconds"),
        (60_000, "1 minute"),
        (60_001, "2 minutes"),
    ],
)
def test_a_delay_is_rounded_up(milliseconds: int, text: str) -> None:
    assert units.delay(milliseconds) == text


@pytest.mark.parametrize(
    "value, text", [(0, "0 Bytes"), (1, "1 Byte"), (1_500, "1.5 kB"), (123_456, "123.5 kB"), (5e9, "5.0 GB")]
)
def test_a_size_has_decimal_units(value: float, text: str) -> None:
    assert units.size(value) == text


@pytest.mark.parametrize(
    "seconds, text",
    [
        (0, "0 s"),
        (59, "59 s"),
        (60, "1 min"),
        (14_820, "4 h 7 min"),
        (3_605, "1 h"),
        (93_600, "1 d 2 h"),
        (1e12, "365000 d"),
    ],
)
def test_a_short_duration_has_its_two_largest_units(seconds: float, text: str) -> None:
    assert units.short_duration(seconds) == text


@pytest.mark.parametrize(
    "value, currency, shown",
    [(0, "EUR", "0.00 EUR"), (1234567.891, "USD", "1\u202f234\u202f567.89 USD"), (-5, None, "-5.00")],
)
def test_an_amount_has_two_digits_and_its_currency(value: float, currency: str | None, shown: str) -> None:
    assert units.money(value, currency) == shown


def test_times_are_shown_in_utc() -> None:
    moment = milliseconds("2026-03-01T13:05:07.123+02:00")
    assert units.clock(moment) == "2026-03-01 11:05:07"
    assert units.utc(moment) == "2026-03-01 11:05:07 UTC"


@pytest.mark.parametrize("moment, year", [(-(2**63), "0001"), (2**63 - 1, "9999")])
def test_a_time_beyond_the_calendar_is_shown_as_the_last_one_within(moment: int, year: str) -> None:
    with units.in_zone(ZoneInfo("Europe/Berlin")):
        assert units.clock(moment)[:4] == year


def test_thousands_stand_apart() -> None:
    assert units.number(1_234_567) == "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"


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
    with units.in_zone(ZoneInfo("Europe/Berlin")):
        assert (units.clock(milliseconds(moment)), units.utc(milliseconds(moment))) == (
            shown,
            f"{moment[:10]} {moment[11:19]} UTC",
        )
    assert units.clock(milliseconds(moment)) == f"{moment[:10]} {moment[11:19]}"
