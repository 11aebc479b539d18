"""Manual merges and detachments, and how the rules treat them."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.worker.comparison import Comparison
from tests.worker.view import owned

from passerby.messages import Identifier

U1, U2, U3 = (Identifier("user_id", value) for value in ("u1", "u2", "u3"))
E1, E2 = (Identifier("email", value) for value in ("e1@x.io", "e2@x.io"))
M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))


@pytest.fixture
def comparison(tmp_path: Path) -> Iterator[Comparison]:
    comparison = Comparison(tmp_path / "state.db")
    yield comparison
    comparison.close()


def apply_calls(comparison: Comparison, *messages: tuple[Identifier, ...]) -> None:
    for names in messages:
        comparison.append(*names)
    comparison.apply()
    comparison.check()


def owned_by_profile(comparison: Comparison) -> list[set[Identifier]]:
    """Who holds what, in the order in which the profiles were made."""
    comparison.check()
    return owned(comparison.observer.view(1).people)


def former(customer: Identifier) -> Identifier:
    return Identifier("former_user_id", customer.value)


def test_what_was_detached_is_no_longer_given_back_by_the_merge_that_brought_it(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    assert comparison.detach(1, 1, M1) == "done"
    apply_calls(comparison, (E1, M1), (U1, E1))
    assert comparison.undo(1, 0)
    assert owned_by_profile(comparison) == [set(), {U1, M1, E1}, set()]


def test_a_merge_can_be_undone_after_the_undo_of_a_detachment(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    comparison.detach(1, 1, M1)
    assert comparison.undo_detachment(1, 0) == "done"
    assert comparison.undo(1, 0)
    assert owned_by_profile(comparison) == [{M1}, {U1}, set()]


def test_what_was_detached_is_not_brought_back_by_the_same_identifier(comparison: Comparison) -> None:
    apply_calls(comparison, (U1, M1, M2))
    comparison.detach(1, 0, M1)
    apply_calls(comparison, (U1, M1), (M1, M2))
    assert owned_by_profile(comparison) == [{U1, M2}, {M1}]
    assert comparison.observer.view(1).history["conflict"] == 2


def test_after_the_undo_of_a_detachment_its_identifier_may_merge_both_again(comparison: Comparison) -> None:
    apply_calls(comparison, (U1, M1))
    comparison.detach(1, 0, M1)
    comparison.undo_detachment(1, 0)
    assert comparison.undo(1, 0)
    apply_calls(comparison, (U1, M1))
    assert owned_by_profile(comparison) == [{U1, M1}, set()]


def test_a_detachment_into_a_profile_that_absorbed_the_first_one_has_nothing_to_take_back(
    comparison: Comparison,
) -> None:
    apply_calls(comparison, (E1, M1))
    comparison.detach(1, 0, M1)
    apply_calls(comparison, (U1, M1), (U1, E1))
    assert comparison.undo_detachment(1, 0) == "SameProfile"
    assert owned_by_profile(comparison) == [set(), {U1, E1, M1}]


def test_undoing_a_manual_merge_records_no_separation(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (M2,))
    comparison.merge_manually(1, 0, 1, force=False)
    assert comparison.undo(1, 0)
    apply_calls(comparison, (M1, M2))
    assert owned_by_profile(comparison) == [{M1, M2}, set()]


def test_a_manual_merge_is_undone_after_the_merge_that_builds_on_it(comparison: Comparison) -> None:
    apply_calls(comparison, (E1,), (U1,), (M1,))
    comparison.merge_manually(1, 1, 0, force=False)
    apply_calls(comparison, (E1, M1))
    assert not comparison.undo(1, 0)
    assert comparison.undo(1, 1)
    assert comparison.undo(1, 0)
    assert owned_by_profile(comparison) == [{E1}, {U1}, {M1}]


def test_a_former_customer_id_names_the_winner_and_what_it_brings_has_to_be_undone_first(
    comparison: Comparison,
) -> None:
    apply_calls(comparison, (U1,), (U2,), (M1,))
    comparison.merge_manually(1, 0, 1, force=True)
    apply_calls(comparison, (U2, M1))
    assert owned_by_profile(comparison) == [{U1, former(U2), M1}, set(), set()]
    assert not comparison.undo(1, 0)
    assert comparison.undo(1, 1)
    assert comparison.undo(1, 0)
    assert owned_by_profile(comparison) == [{U1}, {U2}, {M1}]


def test_a_chain_of_customers_who_were_merged_is_undone_link_by_link(comparison: Comparison) -> None:
    apply_calls(comparison, (U1,), (U2,), (U3,))
    comparison.merge_manually(1, 1, 2, force=True)
    comparison.merge_manually(1, 0, 1, force=True)
    assert owned_by_profile(comparison) == [{U1, former(U2), former(U3)}, set(), set()]
    assert not comparison.undo(1, 0)
    assert comparison.undo(1, 1)
    assert owned_by_profile(comparison) == [{U1}, {U2, former(U3)}, set()]
    assert comparison.undo(1, 0)
    assert owned_by_profile(comparison) == [{U1}, {U2}, {U3}]


def test_a_forced_merge_of_two_leads_can_merge_further_and_be_undone(comparison: Comparison) -> None:
    apply_calls(comparison, (E1,), (E2, M1))
    assert comparison.merge_manually(1, 0, 1, force=False) == "ForbiddenMerge"
    assert comparison.merge_manually(1, 0, 1, force=True) == "done"
    apply_calls(comparison, (M2, E2))
    assert comparison.undo(1, 0)
    assert owned_by_profile(comparison) == [{E1}, {E2, M1, M2}]
