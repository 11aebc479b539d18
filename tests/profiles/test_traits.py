"""Traits: the last writer wins, whatever the order of arrival."""

from __future__ import annotations

import functools
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from passerby.positions import Position
from passerby.profiles.traits import Versioned, fold, join_into, merge_into, newer


class Statement(NamedTuple):
    """What one message states of a profile's traits."""

    traits: dict[str, Any]
    time: int
    position: int


def learned(statements: list[Statement]) -> dict[str, Versioned]:
    target: dict[str, Versioned] = {}
    for traits, time, position in statements:
        merge_into(target, traits, time, Position(position))
    return target


def joined(*members: dict[str, Versioned]) -> dict[str, Versioned]:
    target: dict[str, Versioned] = {}
    for member in members:
        join_into(target, member)
    return target


def test_the_later_event_time_wins_over_the_later_arrival() -> None:
    noon = Statement({"city": "Paris"}, 12, 1)
    before = Statement({"city": "Rome", "zip": "00100"}, 11, 2)
    assert fold([learned([noon, before])]) == {"city": "Paris", "zip": "00100"}


def test_at_the_same_time_the_later_log_position_wins() -> None:
    assert fold([learned([Statement({"a": "second"}, 1, 2), Statement({"a": "first"}, 1, 1)])]) == {"a": "second"}


def test_newer_is_by_time_then_by_position() -> None:
    assert newer(Versioned("a", 2, Position(1)), Versioned("b", 1, Position(2)))
    assert newer(Versioned("a", 1, Position(2)), Versioned("b", 1, Position(1)))
    assert not newer(Versioned("a", 1, Position(1)), Versioned("b", 1, Position(1)))


def test_null_takes_a_trait_away_until_a_later_value_brings_it_back() -> None:
    given_, removed, back = Statement({"a": 1}, 1, 1), Statement({"a": None}, 2, 2), Statement({"a": 3}, 3, 3)
    assert fold([learned([removed, given_])]) == {}
    assert fold([learned([given_]), learned([removed])]) == {}
    assert fold([learned([back, removed, given_])]) == {"a": 3}


def test_folding_does_not_change_the_members() -> None:
    one, other = learned([Statement({"a": 1}, 1, 1)]), learned([Statement({"a": 2}, 2, 2)])
    assert fold([one, other]) == {"a": 2}
    assert fold([one]) == {"a": 1}


values = st.none() | st.integers(0, 3) | st.text(max_size=2)
traits = st.dictionaries(st.sampled_from("abc"), values, max_size=3)


@st.composite
def statements(draw: st.DrawFn) -> list[Statement]:
    """Messages in the order of their positions, with event times in any order."""
    drawn = draw(st.lists(st.tuples(traits, st.integers(0, 4)), max_size=12))
    return [Statement(values, time, position) for position, (values, time) in enumerate(drawn, 1)]


@given(statements(), st.randoms(use_true_random=False))
def test_traits_do_not_depend_on_the_order_of_arrival(said: list[Statement], random: Any) -> None:
    shuffled = random.sample(said, len(said))
    assert learned(shuffled) == learned(said)


@given(statements(), st.lists(st.integers(0, 3), min_size=12, max_size=12), st.permutations(range(4)))
def test_the_fold_does_not_depend_on_the_members_of_messages(
    said: list[Statement], homes: list[int], order: list[int]
) -> None:
    parts: list[list[Statement]] = [[], [], [], []]
    for statement, home in zip(said, homes, strict=False):
        parts[home].append(statement)
    assert fold(learned(parts[home]) for home in order) == fold([learned(said)])


@given(statements(), st.integers(0, 12), st.integers(0, 12))
def test_joining_is_commutative_associative_and_idempotent(said: list[Statement], first: int, second: int) -> None:
    start, end = sorted((first, second))
    a, b, c = learned(said[:start]), learned(said[start:end]), learned(said[end:])
    assert joined(a, b) == joined(b, a)
    assert joined(joined(a, b), c) == joined(a, joined(b, c))
    assert joined(a, a) == a
    assert functools.reduce(joined, [a, b, c, b, a]) == learned(said)
