from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from passerby.dialects.common.times import (
    EARLIEST,
    LATEST,
    read_iso_or_epoch,
    read_local,
    read_strict_iso_or_epoch,
    read_utc,
)

TEN = 1_795_168_800_000  # 2026-11-20T10:00:00Z
ANYTHING = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text()
    | st.text("0123456789-+:.,TZWtz ", max_size=70)
    | st.lists(st.integers())
)
MOMENTS = st.datetimes(
    datetime(1901, 1, 1),  # noqa: DTZ001 — hypothesis adds the zone
    datetime(2299, 1, 1),  # noqa: DTZ001 — as above
    timezones=st.integers(-1_439, 1_439).map(lambda minutes: timezone(timedelta(minutes=minutes))),
)


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2026-11-20T10:00:00Z", TEN),
        ("2026-11-20t10:00:00z", TEN),
        ("2026-11-20T10:00:00", TEN),
        ("2026-11-20 10:00:00", TEN),
        ("2026-11-20 10:00", TEN),
        ("2026-11-20T12:00:00+02:00", TEN),
        ("2026-11-20T12:00:00+0200", TEN),
        ("2026-11-20T04:30:00-0530", TEN),
        ("2026-11-20T10:00:00.123Z", TEN + 123),
        ("2026-11-20T10:00:00.123999999Z", TEN + 123),
        ("20261120T100000Z", TEN),
        ("2026-11-20", TEN - 10 * 3_600_000),
        ("20261120", TEN - 10 * 3_600_000),
        (TEN, TEN),
        (str(TEN), TEN),
        (TEN + 0.75, TEN),
        (0, 0),
        (-1, -1_000),
    ],
)
def test_iso_and_epoch_times_are_read(value: Any, expected: int) -> None:
    assert read_iso_or_epoch(value) == expected


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "",
        "2026-13-01T00:00:00Z",
        "2026-11-20x10:00:00Z",
        "2026-11-20T10:00:00\x00",
        "2026-11-20T10:00:00Z ",
        "1" * 65,
        "٢٠٢٦١١٢٠٠",
    ],
)
def test_other_texts_are_unreadable(text: str) -> None:
    assert read_iso_or_epoch(text) is None


@pytest.mark.parametrize(
    "value",
    [
        "0001-01-01T00:00:00+10:00",
        "9999-12-31T23:59:59Z",
        "1899-12-31T23:59:59.999Z",
        "2300-01-01",
        "99999999999999999999",
        LATEST + 1,
        EARLIEST - 1,
        10**30,
        1e300,
    ],
)
def test_a_time_that_no_engine_can_hold_is_unreadable(value: Any) -> None:
    assert read_iso_or_epoch(value) is None


@pytest.mark.parametrize("value", [True, None, [], {}, float("nan"), float("inf")])
def test_what_is_no_text_and_no_number_is_no_time(value: Any) -> None:
    assert read_iso_or_epoch(value) is None
    assert read_strict_iso_or_epoch(value) is None


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2026-11-20T10:00:00Z", TEN),
        ("2026-11-20T02:00:00-0800", TEN),
        ("2026-11-20T15:30:00+05:30", TEN),
        ("2026-11-20T10:00:00.1Z", TEN + 100),
        ("2026-11-20T10:00:00.123456789+0000", TEN + 123),
        (TEN // 1_000, TEN),
        (TEN / 1_000 + 0.5, TEN + 500),
        (0, 0),
    ],
)
def test_the_strict_form_and_seconds_are_read(value: Any, expected: int) -> None:
    assert read_strict_iso_or_epoch(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        "now",
        "",
        "2026-11-20",
        "2026-11-20T10:00Z",
        "2026-11-20T10:00:00",
        "2026-11-20 10:00:00Z",
        "20261120T100000Z",
        "2026-02-30T10:00:00Z",
        "2026-11-20T25:00:00Z",
        "2026-11-20T10:00:00+2400",
        "2026-11-20T10:00:00+0000\x00",
        "2026-11-20T10:00:00." + "1" * 60 + "Z",
        "2300-01-01T00:00:00Z",
        str(TEN // 1_000) + "Z",
        "20261120T100000+0000",
        "1795168800.",
        "1" * 21,
    ],
)
def test_everything_else_is_unreadable_to_the_strict_reader(value: Any) -> None:
    assert read_strict_iso_or_epoch(value) is None


SCALES = [(10**3, 1), (1, 1), (1, 10**3), (1, 10**6)]
"""What milliseconds are divided by and multiplied with to become seconds, milliseconds, microseconds, nanoseconds."""
EPOCHS = st.integers(10**11, LATEST)
"""From 1973 on, so that seconds have more digits than a date."""


@given(EPOCHS, st.sampled_from(SCALES), st.sampled_from([str, int]))
def test_the_size_of_an_epoch_time_gives_its_unit_to_every_reader(
    time: int, scale: tuple[int, int], type_: type
) -> None:
    divisor, factor = scale
    sent, expected = type_(time // divisor * factor), time // divisor * divisor
    assert read_iso_or_epoch(sent) == expected
    assert read_local(sent, ZoneInfo("Asia/Tokyo")) == expected
    assert read_strict_iso_or_epoch(sent) == expected


@given(st.integers(10**11, LATEST))
def test_a_fraction_of_a_second_is_kept_to_the_millisecond(time: int) -> None:
    seconds, milliseconds = divmod(time, 1_000)
    text = f"{seconds}.{milliseconds:03d}"
    for sent in (text, float(text)):
        assert read_iso_or_epoch(sent) == read_strict_iso_or_epoch(sent) == read_local(sent, UTC) == time


@given(ANYTHING)
def test_any_value_is_a_time_in_range_or_none(value: Any) -> None:
    zones = (UTC, ZoneInfo("Asia/Tokyo"), ZoneInfo("America/New_York"))
    local = (read_local(value, zone) for zone in zones)
    for time in (read_iso_or_epoch(value), read_strict_iso_or_epoch(value), read_utc(value), *local):
        assert time is None or (type(time) is int and EARLIEST <= time <= LATEST)


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2026-11-20 17:00:00", TEN),
        ("2026-11-20T17:00", TEN),
        ("2026-11-20T10:00:00Z", TEN),
        ("2026-11-20T12:00:00+02:00", TEN),
        (TEN, TEN),
        (str(TEN), TEN),
        ("0001-01-01 00:00:00", None),
        ("9999-12-31 23:59:59", None),
        ("soon", None),
        (None, None),
    ],
)
def test_a_time_without_a_zone_is_meant_in_the_given_one(value: Any, expected: int | None) -> None:
    assert read_local(value, ZoneInfo("Asia/Ho_Chi_Minh")) == expected


@pytest.mark.parametrize(
    "value, expected",
    [
        ("2026-11-20T10:00:00Z", TEN),
        ("2026-11-20T10:00:00.5Z", TEN + 500),
        ("2026-11-20T10:00:00+00:00", TEN),
        ("2026-11-20T10:00:00-0000", TEN),
        ("2026-11-20T12:00:00+02:00", None),
        ("2026-11-20T10:00:00", None),
        ("2026-11-20 10:00:00Z", None),
        ("2026-11-20", None),
        (str(TEN), None),
        (TEN, None),
        (None, None),
    ],
)
def test_a_time_in_utc_is_labelled(value: Any, expected: int | None) -> None:
    assert read_utc(value) == expected


@given(MOMENTS)
def test_both_readers_give_the_milliseconds_of_any_moment(moment: datetime) -> None:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    expected = since // timedelta(milliseconds=1)
    assert read_iso_or_epoch(moment.isoformat()) == expected
    assert read_strict_iso_or_epoch(moment.strftime("%Y-%m-%dT%H:%M:%S.%f%z")) == expected


def _usual(moment: datetime) -> str:
    """A time in JavaScript's form."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


@given(st.datetimes(timezones=st.just(UTC)).map(_usual), st.integers(0, 23), st.sampled_from("0159-:T.ZW+ tz"))
@example("2026-W48-1T10:00:00.123Z", 10, "T")
@example("2026-02-30T10:00:00.123Z", 10, "T")
def test_the_usual_form_is_read_as_any_other(text: str, place: int, character: str) -> None:
    """A fourth digit of the fraction is cut off, and the longer text is read by the way of every other form."""
    text = text[:place] + character + text[place + 1 :]
    if text.endswith("Z") and text[19] == ".":
        assert read_iso_or_epoch(text) == read_iso_or_epoch(f"{text[:-1]}0Z")
