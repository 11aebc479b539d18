"""Rejected traits shown on a profile."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from passerby.messages import NO_REJECTION_DETAIL
from passerby.positions import Position
from passerby.profiles import rejected, traits
from passerby.profiles.rejected import KEPT, RejectedTrait
from passerby.profiles.traits import Versioned

Statement = tuple[str, int, bool, int]
"""Name, time, whether the value was accepted, number of the member."""

STATEMENTS: st.SearchStrategy[list[Statement]] = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 3), st.booleans(), st.integers(0, 2)), max_size=12
)


def members(statements: Sequence[Statement]) -> tuple[list[dict[str, Versioned]], list[dict[str, Versioned]]]:
    """The rejected and the accepted traits of three members, in which each statement has a position of its own."""
    refused: list[dict[str, Versioned]] = [{}, {}, {}]
    kept: list[dict[str, Versioned]] = [{}, {}, {}]
    for position, (name, time, accepted, member) in enumerate(statements, 1):
        value = position if accepted else RejectedTrait(position, "type_mismatch", NO_REJECTION_DETAIL)
        traits.merge_into((kept if accepted else refused)[member], {name: value}, time, Position(position))
    return refused, kept


@given(STATEMENTS)
def test_a_trait_is_listed_exactly_if_its_newest_statement_was_rejected(statements: list[Statement]) -> None:
    newest = {
        name: max((time, position, accepted) for position, (of, time, accepted, _) in numbered if of == name)
        for numbered in [list(enumerate(statements, 1))]
        for name in {statement[0] for statement in statements}
    }
    expected = {name: position for name, (_, position, accepted) in newest.items() if not accepted}
    found = rejected.fold(*members(statements))
    assert {name: trait.value for name, trait in found.items()} == expected
    assert list(found) == sorted(found)


@given(STATEMENTS, st.randoms(use_true_random=False))
def test_the_order_of_members_does_not_matter(statements: list[Statement], random: Random) -> None:
    refused, kept = members(statements)
    found = rejected.fold(refused, kept)
    for part in (refused, kept):
        random.shuffle(part)
    assert rejected.fold(refused, kept) == found


def test_a_trait_that_was_set_to_null_since_is_not_listed() -> None:
    refused = {"age": Versioned(RejectedTrait("31", "type_mismatch", NO_REJECTION_DETAIL), 1, Position(1))}
    assert rejected.fold([refused], [{"age": Versioned(None, 2, Position(2))}]) == {}


def test_the_newest_of_too_many_are_listed() -> None:
    refused = {
        f"t{number:03}": Versioned(RejectedTrait(number, "r", NO_REJECTION_DETAIL), number, Position(number))
        for number in range(KEPT + 5)
    }
    assert [trait.value for trait in rejected.fold([refused], []).values()] == list(range(5, KEPT + 5))
