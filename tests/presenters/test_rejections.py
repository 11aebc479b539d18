"""The texts of rejected values and validation errors."""

from __future__ import annotations

import re
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.catalogue.test_earlier_rejections import TEXTS

from passerby.catalogue.types import DataType
from passerby.messages import NO_REJECTION_DETAIL, RejectionDetail
from passerby.presenters.rejections import expectation, rejection_reason

D = RejectionDetail


@pytest.mark.parametrize(
    "kind, detail, text",
    [
        ("type_mismatch", D(expected="number", got="string"), "Expected number, got string"),
        ("type_mismatch", D(), "Expected another type"),
        ("unreadable_number", D(), "Expected a finite number"),
        ("reserved_name", D(), "Names starting with we_ are reserved"),
        ("name_too_long", D(size=1_050, limit=49), "Expected at most 49 characters in the name, got 1,050"),
        ("string_too_long", D(size=1_000, limit=999), "Expected at most 999 characters, got 1,000"),
        ("string_too_long", D(), "Expected fewer characters"),
        ("value_too_large", D(size=300_000, limit=262_144), "Expected at most 262,144 bytes, got 300,000"),
        ("too_many_attributes", D(got="date", limit=25), "Expected at most 25 attributes of type date"),
        ("too_many_attributes", D(), "Expected fewer attributes of this type"),
        ("too_many_traits", D(limit=100), "Expected at most 100 traits that are not in the catalog"),
        ("catalogue_full", D(limit=5_000), "Expected at most 5,000 names in the catalog"),
        ("missing_field", D(), "Missing field"),
    ],
)
def test_a_rejection_says_what_was_expected(kind: str, detail: RejectionDetail, text: str) -> None:
    assert expectation(kind, detail) == text


def test_a_reason_begins_with_the_kind() -> None:
    detail = D(expected="number", got="string")
    assert rejection_reason("type_mismatch", detail) == "type_mismatch: expected number, got string"


KINDS = st.sampled_from([*{kind for _, kind, _ in TEXTS}, "catalogue_full", "blocked_identifier", "record_too_deep"])
TYPES = st.sampled_from(["", *get_args(DataType)])
NUMBERS = st.none() | st.integers(0, 10**7)
DETAILS = st.builds(RejectionDetail, expected=TYPES, got=TYPES, size=NUMBERS, limit=NUMBERS)
INCOMPLETE = re.compile(r"[{}<>]|%s|None|lambda|  | ,|, got $|\b(expected|got|of type|most)$")


@given(kind=KINDS, detail=DETAILS | st.just(NO_REJECTION_DETAIL))
def test_every_rejection_has_a_complete_sentence(kind: str, detail: RejectionDetail) -> None:
    for text in (expectation(kind, detail), rejection_reason(kind, detail)):
        assert not INCOMPLETE.search(text)
    assert expectation(kind, detail)[0].isupper()
