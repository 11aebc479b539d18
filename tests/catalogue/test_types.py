"""Data types."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.catalogue.types import data_type


@pytest.mark.parametrize(
    "value,expected",
    [
        (None, None),
        ("", "string"),
        ("abc", "string"),
        (1, "number"),
        (1.5, "number"),
        (10**30, "number"),
        (True, "boolean"),
        (False, "boolean"),
        ([], "array"),
        ([1, "a"], "array"),
        ({}, "object"),
    ],
)
def test_a_value_has_the_type_that_json_gives_it(value: Any, expected: str | None) -> None:
    assert data_type(value) == expected


@pytest.mark.parametrize(
    "text",
    [
        "2018-09-15T18:29:00-0800",
        "2018-09-15T18:29:00+05:30",
        "2018-09-15T18:29:00Z",
        "2018-09-15T18:29:00.1Z",
        "2018-09-15T18:29:00.123456789+0530",
        "2018-09-15T18:29:00.123456789+05:30",
        "2024-02-29T23:59:59Z",
    ],
)
def test_a_string_that_is_a_moment_with_its_zone_is_a_date(text: str) -> None:
    assert data_type(text) == "date"


@pytest.mark.parametrize(
    "text",
    [
        "2018-09-15",
        "2018-09-15T18:29:00",
        "2018-09-15 18:29:00Z",
        "2018/09/15T18:29:00Z",
        "2018-09-15T18:29Z    ",
        "2018-09-15T18:29:00z",
        "2018-09-15T18:29:00+05",
        "2018-09-15T18:29:00.Z",
        "2018-09-15T18:29:00,5Z",
        "2018-09-15T18:29:00.1234567890Z",
        "2018-09-15T18:29:00.1234567890+05:30",
        "2018-09-15T24:00:00Z",
        "2018-09-15T18:60:00Z",
        "2018-09-15T18:29:60Z",
        "2018-09-15T18:29:00+24:00",
        "2018-13-15T18:29:00Z",
        "2023-02-29T18:29:00Z",
        "0000-01-01T00:00:00Z",
        "2018-09-15T18:29:00Z\n",
        "२०१८-09-15T18:29:00Z",
        "1234-6789 Then some more words",
        "a long string that is no date at all, T or not",
    ],
)
def test_any_other_string_is_a_string(text: str) -> None:
    assert data_type(text) == "string"


zones = st.integers(-23 * 60 - 59, 23 * 60 + 59).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=zones), st.sampled_from(["", ":"]))
def test_the_text_of_any_moment_is_a_date(moment: datetime, colon: str) -> None:
    offset = moment.strftime("%z")
    text = moment.replace(tzinfo=None).isoformat() + f"{offset[:3]}{colon}{offset[3:]}"
    assert data_type(text) == "date"


@given(st.text())
def test_any_text_is_a_string_or_a_date(text: str) -> None:
    assert data_type(text) in {"string", "date"}


@given(st.none() | st.booleans() | st.floats(allow_nan=False, allow_infinity=False) | st.text() | st.lists(st.text()))
def test_the_type_of_any_value_survives_the_log(value: Any) -> None:
    assert data_type(msgspec.json.decode(msgspec.json.encode(value))) == data_type(value)
