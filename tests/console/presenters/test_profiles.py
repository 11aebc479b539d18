"""Display names of profiles, columns of the list, campaigns and contexts."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.console.presenters.profiles import (
    MOST,
    SHOWN,
    USUAL,
    campaign,
    chosen,
    context_parts,
    heading,
    is_test,
    title,
)
from passerby.identity.stage import Stage
from passerby.profiles.activity import Activity
from passerby.profiles.view import (
    MemberRecord,
    Profile,
    ProfileIdentifier,
    ProfileMember,
    fold_profile,
)

_ID = "0199c1e2-6f08-7d35-a1c9-40e8b2f7d615"


_DAY = 1_795_168_800_000


def _profile(traits: dict[str, Any], *identifiers: tuple[str, str]) -> Profile:
    return Profile(
        id=_ID,
        stage=Stage.ANONYMOUS,
        user_id=None,
        identifiers=[
            ProfileIdentifier(namespace=name, value=value, scope="", first_seen=_DAY, last_seen=_DAY)
            for name, value in identifiers
        ],
        traits=traits,
        rejected={},
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
def test_any_traits_give_a_short_name(traits: dict[str, Any]) -> None:
    assert 0 < len(title(_profile(traits))) <= SHOWN + 1


def test_a_long_name_is_cut() -> None:
    assert title(_profile({"name": "x" * 999})) == "x" * SHOWN + "…"


def test_a_profile_is_a_test_profile_by_its_identifiers() -> None:
    member = MemberRecord(id="0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21", activity=Activity(0, 0, 0))

    def of(*values: str) -> bool:
        held = [ProfileIdentifier(namespace="x", value=each, scope="", first_seen=0, last_seen=0) for each in values]
        return is_test(fold_profile(member, [], held))

    assert of("passerby-test")
    assert not of("passerby-test", "u-1")


def test_nothing_asked_for_gives_the_usual_columns() -> None:
    assert chosen(None) == chosen([]) == chosen(["nonsense", "trait:"]) == list(USUAL)


def test_columns_come_once_and_in_the_order_asked_for() -> None:
    assert chosen(["trait:plan", "stage", "trait:plan"]) == ["trait:plan", "stage"]


@given(st.lists(st.text() | st.text().map("trait:{}".format)))
def test_the_number_of_columns_is_bounded_for_any_query(asked: list[str]) -> None:
    assert 1 <= len(chosen(asked)) <= max(MOST, len(USUAL))


def test_a_trait_is_headed_by_its_name() -> None:
    assert (heading("last_seen"), heading("trait:plan")) == ("Last seen", "plan")


def test_campaigns_have_a_section_of_their_own() -> None:
    context = {"ip": "127.0.0.1", "campaign_last": {"source": "mail"}, "campaign_first": {"source": "ad"}}
    assert context_parts(context) == [
        ("Campaign", [("first.source", "ad"), ("last.source", "mail")]),
        ("Device and app", [("ip", "127.0.0.1")]),
    ]


def test_what_is_not_known_is_no_part() -> None:
    assert context_parts({}) == []
    assert [title for title, _ in context_parts({"os": {"name": "x"}})] == ["Device and app"]


def test_a_campaign_is_what_of_it_is_stated() -> None:
    assert campaign({"source": "news", "medium": 7, "name": "autumn"}) == "news / autumn"
    assert campaign({}) == ""
