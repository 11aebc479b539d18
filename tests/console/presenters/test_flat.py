"""Nested values in lines."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from passerby.console.presenters.flat import LINES, as_json, flat, text


def test_leaves_are_named_by_their_paths() -> None:
    value = {"device": {"os": {"name": "x"}, "ids": [1]}, "empty": {}, "n": None}
    assert flat(value) == [("device.os.name", "x"), ("device.ids", [1]), ("empty", {}), ("n", None)]


def test_of_very_much_only_the_beginning_is_shown() -> None:
    assert len(flat({str(number): number for number in range(1000)})) == LINES


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.text(max_size=3), _JSON, max_size=4))
def test_whatever_the_value_every_leaf_has_a_text(value: dict[str, Any]) -> None:
    assert all(isinstance(text(leaf), str) for _, leaf in flat(value))
    assert json.loads(as_json(value)) == value


def test_a_string_is_its_own_text() -> None:
    assert (text("a"), text(1.5), text(["a"]), text(value=None)) == ("a", "1.5", '["a"]', "null")
