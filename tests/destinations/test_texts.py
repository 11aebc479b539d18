"""Texts filled with members of an envelope."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.destinations.texts import fill

DOCUMENT = {"a": {"b": "x", "n": 2.5, "none": None, "list": ["p", {"q": 1}], "long": "y" * 600, "no": False}}


@pytest.mark.parametrize(
    "text, filled",
    [
        ("plain", "plain"),
        ("{{a.b}}!", "x!"),
        ("{{ a.b }}{{a.n}}", "x2.5"),
        ("{{a.list.0}} {{a.list.1.q}}", "p 1"),
        ("{{a.list.2}}{{a.list.-1}}{{a.list.x}}{{a.list.²}}", ""),
        ("{{a.none}}{{a.b.c}}{{nothing}}", ""),
        ("{{a.none|a.b}}", "x"),
        ("{{a.x|a.y}}", ""),
        ("{{a.no}}", "false"),
        ("{{a.list}}", '["p",{"q":1}]'),
        ("{{a.long}}", "y" * 500),
        ("{{{{a.b}}}}", "{{x}}"),
        ("{{}} {a.b} {{a.b}", "{{}} {a.b} {{a.b}"),
    ],
)
def test_members_in_double_braces_are_replaced(text: str, filled: str) -> None:
    assert fill(text, DOCUMENT) == filled


@given(st.text(alphabet="{}|. ab0", max_size=40))
def test_any_text_is_filled(text: str) -> None:
    assert isinstance(fill(text, DOCUMENT), str)


def test_values_are_not_filled_again() -> None:
    assert fill("{{a}}", {"a": "{{b}}", "b": "secret"}) == "{{b}}"
