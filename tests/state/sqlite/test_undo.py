"""Undoing merges."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.worker.comparison import DAY, Comparison, message_id
from tests.worker.view import owned

from passerby.messages import Identifier
from passerby.state.manager.ids import to_text
from passerby.state.protocol import AlreadyUndone, DependentMergeExists, UnknownMerge

U1, U2 = (Identifier("user_id", value) for value in ("u1", "u2"))
E1, E2 = (Identifier("email", value) for value in ("e1@x.io", "e2@x.io"))
M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))
D1 = Identifier("device_id", "d1")


@pytest.fixture
def comparison(tmp_path: Path) -> Iterator[Comparison]:
    comparison = Comparison(tmp_path / "state.db")
    yield comparison
    comparison.close()


def apply_calls(comparison: Comparison, *messages: tuple[Identifier, ...]) -> None:
    for names in messages:
        comparison.append(*names, traits={"last": names[-1].value})
    comparison.apply()
    comparison.check()


def undo(comparison: Comparison, number: int = 0) -> None:
    assert comparison.undo(1, number)
    comparison.check()


def merge_id(comparison: Comparison, number: int = 0) -> str:
    return to_text(comparison.observer.rows("SELECT id FROM merges ORDER BY id")[number][0])


def holds(comparison: Comparison, number: int) -> set[Identifier]:
    return owned(comparison.observer.view(1).people)[number]


def test_an_undo_restores_both_profiles(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1, M2))
    before = comparison.observer.view(1).people
    apply_calls(comparison, (U1, M1))
    undo(comparison)
    after = comparison.observer.view(1).people
    assert after[0] == before[0]
    assert after[1].names == before[1].names
    assert after[1].events == [*before[1].events, message_id(3)]


def test_an_undo_returns_winner_and_loser(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    loser, winner = (to_text(id_) for (id_,) in comparison.observer.rows("SELECT id FROM profiles ORDER BY id"))
    assert comparison.state.undo_merge(1, merge_id(comparison), DAY) == (winner, loser)


def test_an_undo_updates_the_profile_counts_by_stage(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    assert comparison.observer.view(1).stages == {"customer": 1}
    undo(comparison)
    assert comparison.observer.view(1).stages == {"customer": 1, "anonymous": 1}


def test_a_lead_that_was_absorbed_is_a_lead_again_and_the_winner_less_than_it_was(comparison: Comparison) -> None:
    apply_calls(comparison, (E1,), (M1,))
    apply_calls(comparison, (E1, M1))
    undo(comparison)
    assert comparison.observer.view(1).stages == {"lead": 1, "anonymous": 1}


def test_events_since_the_merge_go_to_the_profile_of_their_identifier(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1), (U1, M2), (E1, M1), (M1,), (M2,))
    assert owned(comparison.observer.view(1).people) == [set(), {U1, M1, M2, E1}]
    undo(comparison)
    assert holds(comparison, 0) == {M1, E1}
    assert holds(comparison, 1) == {U1, M2}
    people = comparison.observer.view(1).people
    assert [person.events for person in people] == [
        [message_id(1), message_id(5), message_id(6)],
        [message_id(2), message_id(3), message_id(4), message_id(7)],
    ]
    assert [person.traits["last"][2] for person in people] == ["m1", "m2"]


def test_a_customer_id_that_the_device_brought_since_goes_back_with_it(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (E1,), (E1, M1), (U1, M1))
    assert comparison.observer.view(1).stages == {"customer": 1}
    undo(comparison)
    assert [holds(comparison, number) for number in range(2)] == [{M1, U1}, {E1}]
    assert comparison.observer.view(1).stages == {"customer": 1, "lead": 1}


def test_a_merge_is_undone_after_one_that_an_identifier_named_which_came_by_the_loser(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1), (M1, M2), (E1,), (E1, M2))
    assert not comparison.undo(1, 0)
    undo(comparison, 1)
    undo(comparison, 0)
    assert [holds(comparison, number) for number in range(3)] == [{M1, M2}, {U1}, {E1}]


def test_what_has_moved_on_since_stays_where_it_is(comparison: Comparison) -> None:
    apply_calls(comparison, (M1, M2), (U1,), (U1, M1), (U2, M1))
    undo(comparison)
    assert holds(comparison, 0) == {M2}
    assert holds(comparison, 2) == {U2, M1}


def test_what_moved_away_and_came_back_is_no_longer_the_losers(comparison: Comparison) -> None:
    apply_calls(comparison, (M1, M2), (U1,), (U1, M1), (U2, M1), (U1, M1))
    undo(comparison)
    assert holds(comparison, 0) == {M2}
    assert holds(comparison, 1) == {U1, M1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_a_reassigned_identifier_follows_its_new_profile_in_any_order_of_undos(
    comparison: Comparison, order: tuple[int, int]
) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1), (U1, E1), (E2, M1), (U1, E2))
    assert holds(comparison, 1) == {U1, E1, E2, M1}
    for number in order:
        undo(comparison, number)
    assert [holds(comparison, number) for number in range(3)] == [set(), {U1, E1}, {E2, M1}]


def test_the_same_two_do_not_merge_again_through_the_identifier_that_reached_the_loser(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    undo(comparison)
    apply_calls(comparison, (U1, M1))
    assert holds(comparison, 0) == {M1}
    assert comparison.observer.view(1).history["conflict"] == 1


def test_nor_through_the_one_that_named_the_winner(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (M2,), (M1, M2))
    undo(comparison)
    apply_calls(comparison, (E1, M2))
    apply_calls(comparison, (M1, M2))
    assert holds(comparison, 0) == {M1}
    assert holds(comparison, 1) == {E1, M2}


def test_the_same_two_merge_again_through_another_identifier(comparison: Comparison) -> None:
    apply_calls(comparison, (M1, M2), (U1,), (U1, M1))
    undo(comparison)
    apply_calls(comparison, (U1, M2))
    assert holds(comparison, 1) == {U1, M1, M2}


def test_an_undone_merge_is_remembered_when_the_winner_is_absorbed(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (E1,), (E1, M1))
    undo(comparison)
    apply_calls(comparison, (U1,), (U1, E1), (U1, M1))
    assert holds(comparison, 0) == {M1}


def test_a_merge_through_a_hint_is_undone_like_any_other(comparison: Comparison) -> None:
    apply_calls(comparison, (M1, D1), (U1, D1))
    undo(comparison)
    assert holds(comparison, 0) == {M1}
    apply_calls(comparison, (M1, D1), (U1, D1))
    assert holds(comparison, 0) == {M1}
    assert comparison.observer.view(1).history["conflict"] == 1


def test_undoing_a_merge_into_a_customer_restores_the_lead(comparison: Comparison) -> None:
    apply_calls(comparison, (U1, M1), (E1,), (E1, M1))
    assert holds(comparison, 0) == {U1, M1, E1}
    undo(comparison)
    assert holds(comparison, 0) == {U1, M1}
    assert holds(comparison, 1) == {E1}


def test_an_undo_is_in_the_history_of_both_profiles(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    undo(comparison)
    ((kind, at, message, value, from_, to, merge, *record),) = comparison.observer.rows(
        """
        SELECT kind, at, message_id, value, from_profile, to_profile, merge_id, rule, actor, actor_name, detail
        FROM history ORDER BY id DESC LIMIT 1
        """
    )
    ((winner, loser, id_, undone_at),) = comparison.observer.rows("SELECT winner, loser, id, undone_at FROM merges")
    assert (kind, at, message, value) == ("undone", DAY, message_id(3), "m1")
    assert record == ["undo", "unknown", "", "{}"]
    assert (from_, to, merge, undone_at) == (loser, winner, id_, DAY)


def test_a_merge_is_undone_once(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    undo(comparison)
    with pytest.raises(AlreadyUndone):
        comparison.state.undo_merge(1, merge_id(comparison), DAY)


@pytest.mark.parametrize("project", [1, 2])
def test_a_merge_that_never_was_or_is_another_projects_is_unknown(comparison: Comparison, project: int) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    wanted = merge_id(comparison) if project == 2 else comparison.new_id()
    with pytest.raises(UnknownMerge):
        comparison.state.undo_merge(project, wanted, DAY)


def test_a_merge_whose_winner_was_absorbed_is_undone_after_that(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (E1,), (E1, M1), (U1,), (U1, E1))
    with pytest.raises(DependentMergeExists) as refused:
        comparison.state.undo_merge(1, merge_id(comparison, 0), DAY)
    assert refused.value.merge_id == merge_id(comparison, 1)
    undo(comparison, 1)
    undo(comparison, 0)
    assert [holds(comparison, number) for number in range(3)] == [{M1}, {E1}, {U1}]


def test_a_merge_is_undone_after_one_that_an_identifier_it_brought_has_named(comparison: Comparison) -> None:
    apply_calls(comparison, (E1,), (U1,), (U1, E1), (M1,), (E1, M1))
    with pytest.raises(DependentMergeExists) as refused:
        comparison.state.undo_merge(1, merge_id(comparison, 0), DAY)
    assert refused.value.merge_id == merge_id(comparison, 1)
    undo(comparison, 1)
    undo(comparison, 0)
    assert [holds(comparison, number) for number in range(3)] == [{E1}, {U1}, {M1}]


def test_merges_that_do_not_build_on_one_another_are_undone_in_any_order(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (M2,), (U1,), (U1, M1), (U1, M2))
    undo(comparison, 0)
    undo(comparison, 1)
    assert [holds(comparison, number) for number in range(3)] == [{M1}, {M2}, {U1}]


def test_an_undo_that_is_refused_changes_nothing(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (E1,), (E1, M1), (U1,), (U1, E1))
    before = comparison.observer.view(1)
    assert not comparison.undo(1, 0)
    assert comparison.observer.view(1) == before


def test_messages_go_to_the_loser_again_after_an_undo(comparison: Comparison) -> None:
    apply_calls(comparison, (M1,), (U1,), (U1, M1))
    undo(comparison)
    apply_calls(comparison, (M1,))
    assert comparison.observer.view(1).people[0].events == [message_id(1), message_id(4)]


def test_a_restored_profile_is_linked_to_its_hint_again_only_when_it_is_seen_again(comparison: Comparison) -> None:
    apply_calls(comparison, (M1, D1), (U1, D1))
    undo(comparison)
    assert comparison.observer.view(1).links == set()
    apply_calls(comparison, (M1, D1))
    assert comparison.observer.view(1).links == {(D1, 0)}
