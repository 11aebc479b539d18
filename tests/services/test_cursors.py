"""Cursors return to their position, and nothing else is accepted as one."""

from __future__ import annotations

import base64
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.state.state_builder import new_id

from passerby.services import cursors
from passerby.services.errors import ServiceError

texts = st.text(st.characters(exclude_categories=["Cs"]))
ids = st.builds(new_id)
numbers = st.integers(0, 2**63 - 1)
places = st.one_of(
    st.builds(cursors.AfterProfile, ids),
    st.builds(cursors.AfterIdentifier, st.integers(0, 1), texts, texts, texts),
    st.builds(cursors.AfterTerm, st.integers(0, 2**31), texts, ids),
    st.builds(cursors.AfterEvent, st.integers(-(2**63), 2**63 - 1), ids),
    st.builds(cursors.AfterDecision, numbers),
    st.builds(cursors.AfterName, texts),
    st.builds(cursors.AfterDuplicate, texts, texts, ids, ids),
    st.builds(cursors.AfterDismissal, ids, ids),
)
KINDS = (
    cursors.AfterProfile,
    cursors.AfterIdentifier,
    cursors.AfterTerm,
    cursors.AfterEvent,
    cursors.AfterDecision,
    cursors.AfterName,
    cursors.AfterDuplicate,
    cursors.AfterDismissal,
)


@given(places)
def test_a_cursor_leads_back_whatever_the_place(place: cursors.Place) -> None:
    cursor = cursors.encode(place)
    assert cursors.decode(cursor, type(place)) == place
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


@given(places, st.sampled_from(KINDS))
def test_a_cursor_belongs_to_one_kind_of_list(place: cursors.Place, kind: type[cursors.Place]) -> None:
    if kind is not type(place):
        with pytest.raises(ServiceError):
            cursors.decode(cursors.encode(place), kind)


@given(st.one_of(st.text(), st.binary().map(lambda raw: base64.urlsafe_b64encode(raw).decode())))
def test_any_other_cursor_is_rejected_or_read(sent: str) -> None:
    with suppress(ServiceError):
        assert isinstance(cursors.decode(sent, *KINDS), KINDS)


@pytest.mark.parametrize("array", ['["h",-1]', '["h",9223372036854775808]', '["h"]', '["p","x"]', '["i",2,"","",""]'])
def test_a_place_out_of_bounds_is_refused(array: str) -> None:
    with pytest.raises(ServiceError):
        cursors.decode(base64.urlsafe_b64encode(array.encode()).decode(), *KINDS)


def test_no_cursor_is_no_place() -> None:
    assert cursors.decode(None, cursors.AfterName) is None
