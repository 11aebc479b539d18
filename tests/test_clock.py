"""The clock, and times as text."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from passerby.clock import iso, now_ms


def test_a_time_is_shown_in_utc_with_milliseconds() -> None:
    assert iso(1_795_168_800_000) == "2026-11-20T10:00:00.000Z"
    assert iso(1_795_168_800_007) == "2026-11-20T10:00:00.007Z"


def test_a_time_before_1970_is_shown_as_well() -> None:
    assert iso(-1) == "1969-12-31T23:59:59.999Z"


@given(st.datetimes(timezones=st.just(UTC)))
def test_any_time_is_read_back_to_the_millisecond(moment: datetime) -> None:
    ms = (moment - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(milliseconds=1)
    assert datetime.fromisoformat(iso(ms)) == moment.replace(microsecond=moment.microsecond // 1000 * 1000)


@given(st.integers())
def test_any_number_has_a_text_with_a_four_digit_year(ms: int) -> None:
    text = iso(ms)
    assert len(text) == len("2026-11-20T10:00:00.000Z")
    assert datetime.fromisoformat(text).tzinfo is not None


def test_the_clock_shows_the_time_of_the_system() -> None:
    before = datetime.now(UTC)
    shown = datetime.fromtimestamp((now_ms() + 1) / 1000, UTC)
    assert before <= shown <= datetime.now(UTC) + timedelta(milliseconds=1)
