"""Layout of the merge graph."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.console.charts.lanes import COLUMNS, LANES, Graph, Lane, Mark, arrange
from passerby.identity.decisions import NO_DETAIL, WORKER, DecisionKind
from passerby.state.views import HistoryEntry


def entry(kind: DecisionKind, from_: str | None, to: str | None) -> HistoryEntry:
    return HistoryEntry(
        at=1_795_168_800_000,
        kind=kind,
        message_id="m",
        identifier=None,
        from_=from_,
        to=to,
        merge_id=None,
        rule="R2",
        actor=WORKER,
        detail=NO_DETAIL,
    )


def test_a_merge_ends_the_lane_of_the_absorbed_profile() -> None:
    history = [entry("created", None, "a"), entry("created", None, "b"), entry("merged", "b", "a")]
    assert arrange(history, "a") == Graph(
        lanes=[Lane("a", [(0, 3)]), Lane("b", [(1, 1)])],
        marks=[Mark(0, 0, 0, None, "created"), Mark(1, 1, 1, None, "created"), Mark(2, 2, 0, 1, "merged")],
        columns=3,
        left_out=0,
    )


def test_an_undo_begins_it_again() -> None:
    history = [entry("merged", "b", "a"), entry("attached", None, "a"), entry("undone", "b", "a")]
    assert arrange(history, "a").lanes[1] == Lane("b", [(-1, -1), (3, 3)])


def test_the_profile_that_is_looked_at_comes_first() -> None:
    assert [lane.profile for lane in arrange([entry("merged", "b", "a")], "c").lanes] == ["c", "b", "a"]


def test_of_too_many_decisions_additions_are_left_out_and_then_the_oldest() -> None:
    additions = [entry("attached", None, "a")] * COLUMNS
    graph = arrange([*additions, entry("merged", "b", "a")], "a")
    assert ([mark.number for mark in graph.marks], graph.left_out) == ([COLUMNS], COLUMNS)
    graph = arrange([entry("created", None, "a")] * (COLUMNS + 2), "a")
    assert (graph.marks[0].number, graph.left_out) == (2, 2)


def test_of_too_many_profiles_the_first_are_drawn() -> None:
    history = [entry("created", None, f"p{number}") for number in range(LANES)]
    graph = arrange(history, "a")
    assert (len(graph.lanes), graph.left_out) == (LANES, 1)


_ENTRIES = st.lists(
    st.builds(
        entry,
        st.sampled_from(["created", "attached", "merged", "reassigned", "conflict", "limited", "blocked", "undone"]),
        st.sampled_from("abcde") | st.none(),
        st.sampled_from("abcde") | st.none(),
    ),
    max_size=70,
)


@given(_ENTRIES)
def test_the_graph_contains_all_its_parts_for_any_history(history: list[HistoryEntry]) -> None:
    graph = arrange(history, "a")
    assert graph.columns <= COLUMNS
    assert graph.left_out + len(graph.marks) == len(history)
    for mark in graph.marks:
        assert 0 <= mark.column < graph.columns
        assert 0 <= mark.lane < len(graph.lanes)
        assert mark.other is None or (mark.other != mark.lane and 0 <= mark.other < len(graph.lanes))
    for lane in graph.lanes:
        assert all(-1 <= first <= last <= graph.columns for first, last in lane.spans)
