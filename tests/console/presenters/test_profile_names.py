"""By which name a profile is shown."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.console.presenters.profile_names import SHOWN, title
from passerby.profiles.view import Profile, ProfileIdentifier, ProfileMember

_ID = "0199c1e2-6f08-7d35-a1c9-40e8b2f7d615"
_DAY = "2026-11-20T10:00:00.000Z"


def _profile(traits: dict[str, Any], *identifiers: tuple[str, str]) -> Profile:
    return Profile(
        id=_ID,
        stage="anonymous",
        user_id=None,
        identifiers=[
            ProfileIdentifier(namespace=name, value=value, scope="", first_seen=_DAY, last_seen=_DAY)
            for name, value in identifiers
        ],
        traits=traits,
        rejected=[],
        context={},
        first_seen=_DAY,
        last_seen=_DAY,
        event_count=0,
        members=[ProfileMember(id=_ID, merge_id=None, merged_at=None)],
    )


_ALL = (("mobile_id", "m-1"), ("email", "a@example.com"), ("user_id", "u-1"))


@pytest.mark.parametrize(
    "traits, identifiers, shown",
    [
        ({"name": "Teal Wren", "first_name": "T"}, _ALL, "Teal Wren"),
        ({"first_name": "Teal", "last_name": "Wren"}, _ALL, "Teal Wren"),
        ({"last_name": "Wren"}, _ALL, "Wren"),
        ({"firstName": "Teal", "last_name": "Wren"}, _ALL, "Teal Wren"),
        ({"name": "  ", "first_name": 7}, _ALL, "u-1"),
        ({}, _ALL[:2], "a@example.com"),
        ({}, _ALL[:1], "m-1"),
        ({}, (), "Profile 40e8b2f7d615"),
    ],
)
def test_the_name_is_the_best_of_what_is_known(
    traits: dict[str, Any], identifiers: tuple[tuple[str, str], ...], shown: str
) -> None:
    assert title(_profile(traits, *identifiers)) == shown


@given(st.dictionaries(st.sampled_from(["name", "first_name", "last_name"]), st.text() | st.integers() | st.none()))
def test_whatever_the_traits_are_there_is_a_name_and_it_is_short(traits: dict[str, Any]) -> None:
    assert 0 < len(title(_profile(traits))) <= SHOWN + 1


def test_a_long_name_is_cut() -> None:
    assert title(_profile({"name": "x" * 999})) == "x" * SHOWN + "…"
