"""Validation errors of messages: what the dialect rejected, the vendor's rules, and the catalogue's types."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.catalogue.types import DataType
from passerby.messages import Message, Rejected, RejectionDetail, Violation
from passerby.services import live_errors
from passerby.services.live_errors import MOST_ERRORS, AttributeTypes, errors_of, no_types, state_of

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)


def message(**fields: Any) -> Message:
    given = {"kind": "track", "name": "Paid", "dialect": "segment", **fields}
    return Message(project=1, id="m", identifiers=(), time=0, received_at=0, **given)


def types(_project: int, event: str) -> Mapping[str, DataType]:
    return {"age": "number"} if event == "" else {"price": "number", "at": "date", "tags": "array"}


def errors(each: Message) -> list[tuple[str, str]]:
    return [(error.attribute, error.message) for error in errors_of(each, types)]


def test_a_value_of_another_type_is_reported_with_both_types() -> None:
    wrong = message(properties={"price": "9,50", "at": "soon", "tags": {}, "other": 1}, traits={"age": "old"})
    assert errors(wrong) == [
        ("price", "Expected number, got string"),
        ("at", "Expected date, got string"),
        ("tags", "Expected array, got object"),
        ("age", "Expected number, got string"),
    ]
    assert errors(message(properties={"price": None, "tags": []})) == []


def test_what_the_dialect_rejected_comes_first_and_once() -> None:
    rejected = (Rejected("price", float, "wrong_type", RejectionDetail(expected="number", got="object")),)
    violations = (Violation("wrong_type", "Paid", "price"), Violation("time_in_future"))
    each = message(
        rejected=rejected, violations=violations, rejected_traits=(Rejected("age", "", "unreadable_number"),)
    )
    assert errors(each) == [
        ("price", "Expected number, got object"),
        ("age", "Expected a finite number"),
        ("", "Time in future"),
    ]


def test_the_vendors_rules_are_reported() -> None:
    each = message(name="we_paid", properties={"we_a": 1, "long": "x" * 1_000})
    assert [name for name, _ in errors(each)] == ["", "we_a", "long"]


@pytest.mark.parametrize(
    "fields, state",
    [
        ({}, "accepted"),
        ({"properties": {"price": "x"}}, "errors"),
        ({"kind": "invalid"}, "dropped"),
        ({"name": "we_paid"}, "errors"),
        ({"name": "we_paid", "dialect": "webengage"}, "dropped"),
        ({"kind": "identify", "name": "", "traits": {"age": "x"}}, "errors"),
    ],
)
def test_there_are_three_states(fields: dict[str, Any], state: str) -> None:
    each = message(**fields)
    assert state_of(each, errors_of(each, types)) == state


@given(st.dictionaries(st.text(max_size=60), VALUES, max_size=40))
def test_the_list_of_errors_is_bounded_for_any_message(values: dict[str, Any]) -> None:
    each = message(properties=values, traits=values)
    assert len(errors_of(each, types)) <= MOST_ERRORS
    assert len(errors_of(each, no_types)) <= MOST_ERRORS


def test_types_are_held_for_a_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(live_errors, "MOST_EVENTS", 2)
    asked: list[str] = []
    now = 0

    class Store:
        def attribute_types(self, project: int, event: str) -> dict[str, DataType]:
            asked.append(event)
            return {"price": "number"} if project else {}

    held = AttributeTypes(Store(), lambda: now)
    assert held(1, "a") == held(1, "a") == {"price": "number"}
    now = live_errors.TYPES_MS
    held(1, "a")
    held(1, "b")
    held(1, "c")
    held(1, "a")
    assert asked == ["a", "a", "b", "c", "a"]
