"""Nested values as lines and tables, and shortened texts."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from passerby.console.presenters import values
from passerby.console.presenters.values import LINES, as_json, flat, tables, text, without_tables


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
def test_every_leaf_of_any_value_has_a_text(value: dict[str, Any]) -> None:
    assert all(isinstance(text(leaf), str) for _, leaf in flat(value))
    assert json.loads(as_json(value)) == value


def test_a_string_is_its_own_text() -> None:
    assert (text("a"), text(1.5), text(["a"]), text(value=None)) == ("a", "1.5", '["a"]', "null")


def test_lists_of_objects_are_tables_and_everything_else_is_lines() -> None:
    properties: dict[str, Any] = {"total": 9, "cart": {"lines": [{"a": 1}, {"b": 2}]}, "tags": ["x"], "none": []}
    (table,) = tables(properties)
    assert (table.path, table.columns, table.rows, table.more) == ("cart.lines", ["a", "b"], [[1, ""], ["", 2]], 0)
    assert without_tables([("total", 9), ("lines", [{"a": 1}]), ("tags", ["x"])]) == [
        ("total", 9),
        ("tags", ["x"]),
    ]


@given(st.text(), st.integers(3, 60))
@example("0" * 19 + "…" + "0" * 21, 40)
def test_shortened_texts_keep_both_ends(text: str, length: int) -> None:
    short = values.short(text, length)
    assert len(short) <= length or short == text
    if short != text:
        cuts = [place for place, letter in enumerate(short) if letter == "…"]  # the text may hold the letter, too
        assert any(text.startswith(short[:cut]) and text.endswith(short[cut + 1 :]) for cut in cuts)
