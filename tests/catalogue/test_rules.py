"""Rules about single names and values."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.catalogue.rules import Finding, attribute_finding, sample, verdict
from passerby.messages import Rejected, RejectionDetail, Violation

DETAIL = RejectionDetail(size=2, limit=1)


@pytest.mark.parametrize(
    "name,value,kind",
    [
        ("we_price", 1, "reserved_name"),
        ("n" * 50, 1, "name_too_long"),
        ("price", "x" * 1000, "string_too_long"),
        ("we_" + "n" * 50, "x" * 1000, "reserved_name"),
    ],
)
def test_an_attribute_that_breaks_a_rule_is_found(name: str, value: Any, kind: str) -> None:
    finding = attribute_finding(name, value)
    assert finding is not None
    assert finding.kind == kind
    assert finding.refused


@pytest.mark.parametrize(
    "name,value",
    [
        ("n" * 49, 1),
        ("price", "x" * 999),
        ("WE_price", 1),
        ("we", 1),
        ("", 1),
        ("many", ["x" * 1000]),
        ("nothing", None),
    ],
)
def test_an_attribute_within_the_rules_is_not(name: str, value: Any) -> None:
    assert attribute_finding(name, value) is None


def test_what_is_refused_is_moved_with_its_reason_and_counted() -> None:
    found = verdict("Paid", {"a": 1, "b": 2}, [("a", Finding("kind", DETAIL))])
    assert found.accepted == {"b": 2}
    assert found.rejected == [Rejected("a", 1, "kind", DETAIL)]
    assert found.violations == [Violation("kind", "Paid", "a", "1")]


def test_what_is_found_but_not_refused_is_only_counted() -> None:
    values = {"a": 1}
    found = verdict("Paid", values, [("a", Finding("kind", DETAIL, refused=False))])
    assert found.accepted is values
    assert not found.rejected
    assert [violation.kind for violation in found.violations] == ["kind"]


@pytest.mark.parametrize("value,text", [("a", "a"), (1.5, "1.5"), (None, "null"), ({"a": [True]}, '{"a":[true]}')])
def test_a_sample_is_the_value_as_a_person_would_write_it(value: Any, text: str) -> None:
    assert sample(value) == text


@given(st.text() | st.lists(st.text()) | st.integers(-(10**4000), 10**4000))
def test_samples_of_any_value_are_short(value: Any) -> None:
    assert len(sample(value)) <= 100
