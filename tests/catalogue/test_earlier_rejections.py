"""Every text that earlier versions stored with a rejected value becomes a kind and a detail."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.catalogue.earlier_rejections import upgraded, upgraded_value
from passerby.messages import NO_REJECTION_DETAIL, Rejected, RejectionDetail

D = RejectionDetail
TEXTS: list[tuple[str, str, RejectionDetail]] = [
    ("type_mismatch: expected number, got string", "type_mismatch", D(expected="number", got="string")),
    ("type_mismatch: expected date, got object", "type_mismatch", D(expected="date", got="object")),
    ("reserved_name: names starting with we_ are reserved", "reserved_name", D()),
    ("name_too_long: 50 characters, must be fewer than 50", "name_too_long", D(size=50, limit=49)),
    ("name_too_long: 201 characters, must be at most 200", "name_too_long", D(size=201, limit=200)),
    ("string_too_long: 1000 characters, must be fewer than 1000", "string_too_long", D(size=1000, limit=999)),
    ("value_too_large: 300000 bytes, must be at most 262144", "value_too_large", D(size=300_000, limit=262_144)),
    ("too_many_attributes: the event has 25 of type date already", "too_many_attributes", D(got="date", limit=25)),
    ("too_many_traits: the profile has 100 beyond the catalogue already", "too_many_traits", D(limit=100)),
    ("unreadable_number: expected a finite number", "unreadable_number", D()),
    ("type_mismatch: something else", "type_mismatch", D()),
    ("value_too_large: much", "value_too_large", D()),
    ("too_many_traits: some", "too_many_traits", D()),
    ("odd: a text of no version", "odd", D()),
]


@pytest.mark.parametrize("text, kind, detail", TEXTS)
def test_a_text_becomes_a_kind_and_a_detail(text: str, kind: str, detail: RejectionDetail) -> None:
    assert upgraded(text) == (kind, detail)
    assert upgraded_value(Rejected("price", "x", text)) == Rejected("price", "x", kind, detail)


@given(
    kind=st.text(st.characters(categories=["Ll"], include_characters="_")),
    detail=st.builds(RejectionDetail, expected=st.text(), limit=st.none() | st.integers()),
)
def test_the_present_form_stays_as_it_is(kind: str, detail: RejectionDetail) -> None:
    rejected = Rejected("price", "x", kind, detail)
    assert upgraded(kind, detail) == (kind, detail)
    assert upgraded_value(rejected) is rejected


@given(st.text())
def test_any_text_becomes_a_kind(text: str) -> None:
    assert ": " not in upgraded(f"odd: {text}")[0]
    assert upgraded(f"odd: {text}") == ("odd", NO_REJECTION_DETAIL)
