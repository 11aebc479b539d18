"""Merged spellings: what they rename, and which are rejected."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.catalogue.aliases import MOST, Alias, Aliases, BadAlias

NAMES = st.sampled_from("abcde")


def test_an_event_is_renamed_to_the_end_of_its_chain() -> None:
    aliases = Aliases([Alias("a", "", "b"), Alias("b", "", "c")])
    assert [aliases.event(name) for name in "abcd"] == ["c", "c", "c", "d"]
    assert aliases.spellings("c") == ["c", "a", "b"]


def test_attributes_are_renamed_within_their_event_alone() -> None:
    aliases = Aliases([Alias("Bought", "Total", "total"), Alias("", "firstName", "first_name")])
    assert aliases.respelled("Bought", {"Total": 1, "firstName": "A"}) == {"total": 1, "firstName": "A"}
    assert aliases.respelled("", {"Total": 1, "firstName": "A"}) == {"Total": 1, "first_name": "A"}


def test_values_without_a_merged_spelling_are_the_very_same_mapping() -> None:
    values = {"x": 1}
    assert Aliases([Alias("Bought", "Total", "total")]).respelled("Bought", values) is values


@given(st.dictionaries(NAMES, NAMES), st.dictionaries(NAMES, st.integers()))
def test_no_value_is_lost_whatever_spellings_meet_in_a_message(pairs: dict[str, str], values: dict[str, int]) -> None:
    aliases = Aliases(())
    for name, canonical in pairs.items():
        try:
            aliases.added("E", name, canonical)
        except BadAlias:
            continue
        aliases = Aliases([*aliases.rows, Alias("E", name, canonical)])
    renamed = aliases.respelled("E", values)
    assert sorted(renamed.values()) == sorted(values.values())
    assert renamed.keys() <= {*values, *pairs.values()}
    assert aliases.respelled("E", renamed).keys() == renamed.keys()


@given(st.lists(st.tuples(NAMES, NAMES)))
def test_no_sequence_of_merges_ends_in_a_cycle(pairs: list[tuple[str, str]]) -> None:
    aliases = Aliases(())
    for name, canonical in pairs:
        try:
            aliases.added(name, "", canonical)
        except BadAlias:
            continue
        aliases = Aliases([*aliases.rows, Alias(name, "", canonical)])
    assert all(canonical not in aliases.events for canonical in aliases.events.values())


@pytest.mark.parametrize("pair", [("a", "a"), ("b", "a"), ("a", "c")])
def test_a_name_is_merged_once_and_never_into_itself(pair: tuple[str, str]) -> None:
    with pytest.raises(BadAlias, match="undo that first"):
        Aliases([Alias("a", "", "b")]).added(pair[0], "", pair[1])


def test_a_project_has_a_bounded_number_of_merged_spellings() -> None:
    aliases = Aliases([Alias(f"a{number}", "", "b") for number in range(MOST)])
    with pytest.raises(BadAlias, match="at most"):
        aliases.added("one more", "", "b")


def test_it_says_into_which_names_others_are_merged() -> None:
    aliases = Aliases([Alias("a", "", "b"), Alias("E", "x", "y")])
    found: list[Any] = [aliases.has_spellings(*name) for name in (("b", ""), ("a", ""), ("E", "y"), ("E", "x"))]
    assert found == [True, False, True, False]
