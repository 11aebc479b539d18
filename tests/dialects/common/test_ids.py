from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.common.values import id_problem, read_id
from passerby.identity.namespaces import MAX_VALUE_LENGTH


@pytest.mark.parametrize(
    "value, expected",
    [
        ("u-1", "u-1"),
        (" u-1 ", " u-1 "),
        ("\x00", "\x00"),
        (17, "17"),
        (-1, "-1"),
        (2**63, "9223372036854775808"),
        (1234.0, "1234"),
        (-0.0, "0"),
        (1.5, "1.5"),
        (2.0**53 - 1, "9007199254740991"),
    ],
)
def test_strings_and_numbers_are_ids(value: Any, expected: str) -> None:
    assert read_id(value) == expected


@pytest.mark.parametrize("value", [None, "", " ", "\t\n", "\u2003"])
def test_nothing_and_white_space_are_no_id(value: Any) -> None:
    assert read_id(value) == ""


@pytest.mark.parametrize("value", [True, False, [], ["u-1"], {}, {"id": 1}])
def test_other_values_cannot_be_ids(value: Any) -> None:
    assert read_id(value) is None


@pytest.mark.parametrize("value", [2.0**53, -(2.0**53), 1e300, float("inf"), float("nan")])
def test_a_number_that_is_not_exact_cannot_be_an_id(value: float) -> None:
    assert read_id(value) is None


@pytest.mark.parametrize("value", ["x" * 11, " " * 11, "\u0301" * 11, 10**10, -(10**9)])
def test_what_is_longer_than_its_limit_cannot_be_an_id(value: Any) -> None:
    assert read_id(value, 10) is None
    assert read_id(value, 11) is not None
    assert id_problem(value, 10) == "must have at most 10 characters"


def test_without_a_limit_of_its_own_an_id_has_that_of_identifiers() -> None:
    assert read_id("x" * MAX_VALUE_LENGTH) == "x" * MAX_VALUE_LENGTH
    assert read_id("x" * (MAX_VALUE_LENGTH + 1)) is None


@given(st.integers(-(2**53) + 1, 2**53 - 1))
def test_an_integer_is_the_same_id_as_its_float(value: int) -> None:
    assert read_id(value) == read_id(float(value)) == read_id(str(value))
