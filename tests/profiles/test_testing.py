"""Test profiles are those whose identifiers all begin with `passerby-test`."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.profiles.testing import END, PREFIX, is_test


@pytest.mark.parametrize("values", [["passerby-test"], ["passerby-test-7", "passerby-test@example.com"]])
def test_identifiers_that_all_begin_so_make_a_test_profile(values: list[str]) -> None:
    assert is_test(values)


@pytest.mark.parametrize("values", [[], ["u-1"], ["passerby-test", "u-1"], ["passerby-tes"], ["my passerby-test"]])
def test_any_other_identifier_or_none_makes_it_a_real_one(values: list[str]) -> None:
    assert not is_test(values)


@given(st.text() | st.text().map(PREFIX.__add__))
def test_the_range_that_is_asked_of_an_index_is_the_prefix(value: str) -> None:
    assert (PREFIX <= value < END) == value.startswith(PREFIX)
