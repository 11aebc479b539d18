"""The functions of templates, with what senders send."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.mapping import compile_template
from passerby.destinations.template_functions import OWN

HASH = "d648b243a3e817eaa3309e00e183483f2867baadf522099f0c2121770536b25a"
"""SHA-256 of `a@b.c`, by `sha256sum`."""


def call(expression: str, **members: Any) -> Any:
    return compile_template(f"={expression}").apply(members)


@pytest.mark.parametrize(
    "expression, value, result",
    [
        ("lower(x)", "ÄB", "äb"),
        ("lower(x)", 12, "12"),
        ("lower(x)", 12.0, "12"),
        ("lower(x)", 12.5, "12.5"),
        ("lower(x)", True, None),
        ("lower(x)", None, None),
        ("lower(x)", [], None),
        ("lower(x)", "", None),
        ("upper(x)", "eur", "EUR"),
        ("trim(x)", " a b\n", "a b"),
        ("trim(x)", " ", None),
        ("digits(x)", "+49 (30) 901-820", "4930901820"),
        ("digits(x)", "٣", None),
        ("e164(x)", "+49 (0)30 901820", "+4930901820"),
        ("e164(x, 'DE')", "030 901820", "+4930901820"),
        ("e164(x, 'de')", " 030 901820 ", "+4930901820"),
        ("e164(x)", "030 901820", None),
        ("e164(x)", "+4930901820 ext. 12", "+4930901820"),
        ("e164(x)", 4930901820, None),
        ("e164(x, `1`)", "+4930901820", "+4930901820"),
        ("e164(x)", "call me", None),
        ("e164(x)", {}, None),
        ("iso(x)", 1_796_126_340, "2026-12-01T11:59:00.000Z"),
        ("iso(x)", 1_796_126_340_123, "2026-12-01T11:59:00.123Z"),
        ("iso(x)", "2026-12-01T12:59:00+01:00", "2026-12-01T11:59:00.000Z"),
        ("iso(x)", "yesterday", None),
        ("iso(x)", True, None),
        ("unix(x)", "2026-12-01T11:59:00.999Z", 1_796_126_340),
        ("unix(x)", "", None),
        ("unix_ms(x)", "2026-12-01T11:59:00.999Z", 1_796_126_340_999),
        ("unix_ms(x)", [], None),
        ("default(x, y, 'z')", None, "z"),
        ("default(x, 'z')", "", ""),
        ("default(x, y)", None, None),
        ("first(x)", [None, "b", "c"], "b"),
        ("first(x)", [], None),
        ("first(x)", "a", "a"),
        ("join(', ', x)", ["a", 1, None, {"b": 2}], "a, 1"),
        ("join(', ', x)", [], None),
        ("join(', ', x)", "abc", None),
        ("join(x, ['a'])", 1, None),
        ("number(x)", "12", 12),
        ("number(x)", " -12.50 ", -12.5),
        ("number(x)", 3.5, 3.5),
        ("number(x)", "12,5", None),
        ("number(x)", "1e9", None),
        ("number(x)", "NaN", None),
        ("number(x)", True, None),
        ("number(x)", [], None),
        ("currency(x)", " eur", "EUR"),
        ("currency(x)", "€", None),
        ("currency(x)", "EURO", None),
        ("currency(x)", 978, None),
        ("slice(x, `0`, `2`)", "abc", "ab"),
        ("slice(x, `-2`)", "abc", "bc"),
        ("slice(x, `1`)", [1, 2, 3], [2, 3]),
        ("slice(x, `0`, `2`)", 123, "12"),
        ("slice(x, `5`)", "abc", None),
        ("slice(x, 'a')", "abc", None),
        ("slice(x, `true`)", "abc", None),
        ("slice(x, `0`)", {}, None),
        ("slice(x, `0`)", False, None),
        ("if(x == `1`, 'a', 'b')", 1, "a"),
        ("if(x, 'a', 'b')", 0, "a"),
        ("if(x, 'a', 'b')", "", "b"),
        ("if(x, 'a')", None, None),
    ],
)
def test_a_function_reads_what_it_can_and_leaves_out_the_rest(expression: str, value: Any, result: Any) -> None:
    got = call(expression, x=value)
    assert (type(got), got) == (type(result), result)


@pytest.mark.parametrize(
    "value, result",
    [
        ("a@b.c", HASH),
        (HASH, HASH),
        (HASH.upper(), HASH),
        ("", None),
        (None, None),
        ([], None),
    ],
)
def test_sha256_hashes_once(value: Any, result: Any) -> None:
    assert call("sha256(x)", x=value) == result


def test_text_that_is_nearly_a_hash_is_hashed() -> None:
    assert call("sha256(x)", x=HASH[1:]) not in {None, HASH, HASH[1:]}


def test_functions_are_combined() -> None:
    assert call("sha256(lower(trim(first(x))))", x=[" A@b.C "]) == HASH


ANY = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


@pytest.mark.parametrize("name", OWN)
@given(data=st.data())
def test_a_function_takes_any_value(name: str, data: st.DataObject) -> None:
    function = OWN[name]
    arguments = data.draw(st.lists(ANY, min_size=function.least, max_size=function.most or 4))
    once = function.call(*arguments)
    assert function.call(*arguments) == once or once != once  # noqa: PLR0124 - NaN is not equal to itself


@given(st.text(max_size=80))
def test_a_hash_is_not_hashed_again(text: str) -> None:
    hashed = call("sha256(x)", x=text)
    assert call("sha256(x)", x=hashed) == hashed
