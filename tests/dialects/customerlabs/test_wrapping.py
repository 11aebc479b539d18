"""Values as CustomerLabs' browser code wraps them."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.customerlabs.wrapping import may_wrap, unwrap

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=10,
).filter(lambda value: b'"v"' not in msgspec.json.encode(value))


def wrapped(value: Any) -> Any:
    """A value with everything in it wrapped."""
    if type(value) is dict:
        return {"t": "Object", "v": {name: wrapped(inner) for name, inner in value.items()}}
    if type(value) is list:
        return {"t": "array", "v": [wrapped(inner) for inner in value]}
    return {"t": "string", "v": value}


@pytest.mark.parametrize(
    "sent, value",
    [
        ({"t": "number", "v": "9.5"}, 9.5),
        ({"t": "Number", "v": "12"}, 12),
        ({"t": "number", "v": 3}, 3),
        ({"t": "number", "v": "12 EUR"}, "12 EUR"),
        ({"t": "number", "v": "1e999"}, "1e999"),
        ({"t": "number", "v": "true"}, "true"),
        ({"t": "number", "v": "[" * 5_000}, "[" * 5_000),
        ({"t": "number", "v": ""}, ""),
        ({"t": "boolean", "v": " TRUE"}, True),
        ({"t": "boolean", "v": "false"}, False),
        ({"t": "boolean", "v": "perhaps"}, "perhaps"),
        ({"t": "string", "v": "12"}, "12"),
        ({"t": "string", "v": {"t": "number", "v": "1"}}, 1),
        ({"v": "no type"}, {"v": "no type"}),
        ({"t": 5, "v": "no type"}, {"t": 5, "v": "no type"}),
        ({"t": "string", "v": 1, "x": 2}, {"t": "string", "v": 1, "x": 2}),
    ],
)
def test_a_wrapped_value_is_what_it_holds(sent: Any, value: Any) -> None:
    assert unwrap({"a": [sent]}).value == {"a": [value]}


def test_wrapped_values_are_split_by_their_identifier_flag() -> None:
    one = {"t": "string", "v": "1"}
    found = unwrap({"a": one | {"ib": True}, "b": one | {"ib": False}, "c": one, "d": one | {"ib": "true"}})
    assert found.value == dict.fromkeys("abcd", "1")
    assert (found.marked, found.plain) == ([("a", "1")], {"b"})


def test_what_holds_no_wrapped_value_is_left_alone() -> None:
    value = {"a": {"t": "string", "v": "1"}}
    assert unwrap(value, wrapped=may_wrap(b"{}")).value is value
    assert may_wrap(msgspec.json.encode(value))


@given(JSON)
def test_wrapped_values_are_unwrapped_unchanged(value: Any) -> None:
    assert unwrap(wrapped(value)).value == value
    assert unwrap(value).value == value
