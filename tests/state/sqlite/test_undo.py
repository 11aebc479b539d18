"""Taking merges back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.worker.twin import DAY, Twin, message_id
from tests.worker.view import owned

from passerby.messages import Identifier
from passerby.state.manager.ids import to_text
from passerby.state.protocol import AlreadyUndone, DependentMergeExists, UnknownMerge

U1, U2 = (Identifier("user_id", value) for value in ("u1", "u2"))
E1, E2 = (Identifier("email", value) for value in ("e1@x.io", "e2@x.io"))
M1, M2 = (Identifier("mobile_id", value) for value in ("m1", "m2"))
D1 = Identifier("device_id", "d1")


@pytest.fixture
def twin(tmp_path: Path) -> Iterator[Twin]:
    twin = Twin(tmp_path / "state.db")
    yield twin
    twin.close()


def tell(twin: Twin, *messages: tuple[Identifier, ...]) -> None:
    for names in messages:
        twin.say(*names, traits={"last": names[-1].value})
    twin.work()
    twin.check()


def undo(twin: Twin, number: int = 0) -> None:
    assert twin.undo(1, number)
    twin.check()


def merge_id(twin: Twin, number: int = 0) -> str:
    return to_text(twin.watcher.rows("SELECT id FROM merges ORDER BY id")[number][0])


def holds(twin: Twin, number: int) -> set[Identifier]:
    return owned(twin.watcher.view(1).people)[number]


def test_an_undo_gives_both_sides_their_own_back(twin: Twin) -> None:
    tell(twin, (M1,), (U1, M2))
    before = twin.watcher.view(1).people
    tell(twin, (U1, M1))
    undo(twin)
    after = twin.watcher.view(1).people
    assert after[0] == before[0]
    assert after[1].names == before[1].names
    assert after[1].events == [*before[1].events, message_id(3)]


def test_an_undo_tells_the_winner_and_the_loser(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    loser, winner = (to_text(id_) for (id_,) in twin.watcher.rows("SELECT id FROM profiles ORDER BY id"))
    assert twin.state.undo_merge(1, merge_id(twin), DAY) == (winner, loser)


def test_an_undo_counts_the_profiles_by_stage_anew(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    assert twin.watcher.view(1).stages == {"customer": 1}
    undo(twin)
    assert twin.watcher.view(1).stages == {"customer": 1, "anonymous": 1}


def test_a_lead_that_was_absorbed_is_a_lead_again_and_the_winner_less_than_it_was(twin: Twin) -> None:
    tell(twin, (E1,), (M1,))
    tell(twin, (E1, M1))
    undo(twin)
    assert twin.watcher.view(1).stages == {"lead": 1, "anonymous": 1}


def test_what_came_since_goes_with_the_side_whose_identifier_brought_it(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1), (U1, M2), (E1, M1), (M1,), (M2,))
    assert owned(twin.watcher.view(1).people) == [set(), {U1, M1, M2, E1}]
    undo(twin)
    assert holds(twin, 0) == {M1, E1}
    assert holds(twin, 1) == {U1, M2}
    people = twin.watcher.view(1).people
    assert [person.events for person in people] == [
        [message_id(1), message_id(5), message_id(6)],
        [message_id(2), message_id(3), message_id(4), message_id(7)],
    ]
    assert [person.traits["last"][2] for person in people] == ["m1", "m2"]


def test_a_customer_id_that_the_device_brought_since_goes_back_with_it(twin: Twin) -> None:
    tell(twin, (M1,), (E1,), (E1, M1), (U1, M1))
    assert twin.watcher.view(1).stages == {"customer": 1}
    undo(twin)
    assert [holds(twin, number) for number in range(2)] == [{M1, U1}, {E1}]
    assert twin.watcher.view(1).stages == {"customer": 1, "lead": 1}


def test_a_merge_is_undone_after_one_that_an_identifier_named_which_came_by_the_loser(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1), (M1, M2), (E1,), (E1, M2))
    assert not twin.undo(1, 0)
    undo(twin, 1)
    undo(twin, 0)
    assert [holds(twin, number) for number in range(3)] == [{M1, M2}, {U1}, {E1}]


def test_what_has_moved_on_since_stays_where_it_is(twin: Twin) -> None:
    tell(twin, (M1, M2), (U1,), (U1, M1), (U2, M1))
    undo(twin)
    assert holds(twin, 0) == {M2}
    assert holds(twin, 2) == {U2, M1}


def test_what_moved_away_and_came_back_is_no_longer_the_losers(twin: Twin) -> None:
    tell(twin, (M1, M2), (U1,), (U1, M1), (U2, M1), (U1, M1))
    undo(twin)
    assert holds(twin, 0) == {M2}
    assert holds(twin, 1) == {U1, M1}


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_what_came_back_with_another_profile_goes_with_that_one_in_whatever_order_the_merges_are_undone(
    twin: Twin, order: tuple[int, int]
) -> None:
    tell(twin, (M1,), (U1,), (U1, M1), (U1, E1), (E2, M1), (U1, E2))
    assert holds(twin, 1) == {U1, E1, E2, M1}
    for number in order:
        undo(twin, number)
    assert [holds(twin, number) for number in range(3)] == [set(), {U1, E1}, {E2, M1}]


def test_the_same_two_do_not_merge_again_through_the_identifier_that_reached_the_loser(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    undo(twin)
    tell(twin, (U1, M1))
    assert holds(twin, 0) == {M1}
    assert twin.watcher.view(1).history["conflict"] == 1


def test_nor_through_the_one_that_named_the_winner(twin: Twin) -> None:
    tell(twin, (M1,), (M2,), (M1, M2))
    undo(twin)
    tell(twin, (E1, M2))
    tell(twin, (M1, M2))
    assert holds(twin, 0) == {M1}
    assert holds(twin, 1) == {E1, M2}


def test_the_same_two_merge_again_through_another_identifier(twin: Twin) -> None:
    tell(twin, (M1, M2), (U1,), (U1, M1))
    undo(twin)
    tell(twin, (U1, M2))
    assert holds(twin, 1) == {U1, M1, M2}


def test_an_undone_merge_is_remembered_when_the_winner_is_absorbed(twin: Twin) -> None:
    tell(twin, (M1,), (E1,), (E1, M1))
    undo(twin)
    tell(twin, (U1,), (U1, E1), (U1, M1))
    assert holds(twin, 0) == {M1}


def test_a_merge_behind_a_hint_is_undone_like_any(twin: Twin) -> None:
    tell(twin, (M1, D1), (U1, D1))
    undo(twin)
    assert holds(twin, 0) == {M1}
    tell(twin, (M1, D1), (U1, D1))
    assert holds(twin, 0) == {M1}
    assert twin.watcher.view(1).history["conflict"] == 1


def test_of_a_customer_who_took_the_leads_place_the_lead_is_given_back(twin: Twin) -> None:
    tell(twin, (U1, M1), (E1,), (E1, M1))
    assert holds(twin, 0) == {U1, M1, E1}
    undo(twin)
    assert holds(twin, 0) == {U1, M1}
    assert holds(twin, 1) == {E1}


def test_an_undo_is_told_in_the_history_of_both(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    undo(twin)
    ((kind, at, message, value, from_, to, merge, *record),) = twin.watcher.rows(
        """
        SELECT kind, at, message_id, value, from_profile, to_profile, merge_id, rule, actor, actor_name, detail
        FROM history ORDER BY id DESC LIMIT 1
        """
    )
    ((winner, loser, id_, undone_at),) = twin.watcher.rows("SELECT winner, loser, id, undone_at FROM merges")
    assert (kind, at, message, value) == ("undone", DAY, message_id(3), "m1")
    assert record == ["undo", "unknown", "", "{}"]
    assert (from_, to, merge, undone_at) == (loser, winner, id_, DAY)


def test_a_merge_is_undone_once(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    undo(twin)
    with pytest.raises(AlreadyUndone):
        twin.state.undo_merge(1, merge_id(twin), DAY)


@pytest.mark.parametrize("project", [1, 2])
def test_a_merge_that_never_was_or_is_another_projects_is_unknown(twin: Twin, project: int) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    wanted = merge_id(twin) if project == 2 else twin.new_id()
    with pytest.raises(UnknownMerge):
        twin.state.undo_merge(project, wanted, DAY)


def test_a_merge_whose_winner_was_absorbed_is_undone_after_that(twin: Twin) -> None:
    tell(twin, (M1,), (E1,), (E1, M1), (U1,), (U1, E1))
    with pytest.raises(DependentMergeExists) as refused:
        twin.state.undo_merge(1, merge_id(twin, 0), DAY)
    assert refused.value.merge_id == merge_id(twin, 1)
    undo(twin, 1)
    undo(twin, 0)
    assert [holds(twin, number) for number in range(3)] == [{M1}, {E1}, {U1}]


def test_a_merge_is_undone_after_one_that_an_identifier_it_brought_has_named(twin: Twin) -> None:
    tell(twin, (E1,), (U1,), (U1, E1), (M1,), (E1, M1))
    with pytest.raises(DependentMergeExists) as refused:
        twin.state.undo_merge(1, merge_id(twin, 0), DAY)
    assert refused.value.merge_id == merge_id(twin, 1)
    undo(twin, 1)
    undo(twin, 0)
    assert [holds(twin, number) for number in range(3)] == [{E1}, {U1}, {M1}]


def test_merges_that_do_not_build_on_one_another_are_undone_in_any_order(twin: Twin) -> None:
    tell(twin, (M1,), (M2,), (U1,), (U1, M1), (U1, M2))
    undo(twin, 0)
    undo(twin, 1)
    assert [holds(twin, number) for number in range(3)] == [{M1}, {M2}, {U1}]


def test_an_undo_that_is_refused_changes_nothing(twin: Twin) -> None:
    tell(twin, (M1,), (E1,), (E1, M1), (U1,), (U1, E1))
    before = twin.watcher.view(1)
    assert not twin.undo(1, 0)
    assert twin.watcher.view(1) == before


def test_messages_go_to_the_loser_again_after_an_undo(twin: Twin) -> None:
    tell(twin, (M1,), (U1,), (U1, M1))
    undo(twin)
    tell(twin, (M1,))
    assert twin.watcher.view(1).people[0].events == [message_id(1), message_id(4)]


def test_an_undone_profile_waits_behind_its_hint_again_only_when_it_is_seen_again(twin: Twin) -> None:
    tell(twin, (M1, D1), (U1, D1))
    undo(twin)
    assert twin.watcher.view(1).links == set()
    tell(twin, (M1, D1))
    assert twin.watcher.view(1).links == {(D1, 0)}
