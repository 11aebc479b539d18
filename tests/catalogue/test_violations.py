"""Counting violations."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.catalogue.violations import ROWS, ViolationCounter, ViolationRow
from passerby.messages import Violation


def test_violations_are_summed_by_kind_subject_and_attribute() -> None:
    counter = ViolationCounter()
    counter.add(1, Violation("type_mismatch", "Rated", "stars", "five"), 30)
    counter.add(1, Violation("type_mismatch", "Rated", "stars", "six"), 20)
    counter.add(1, Violation("type_mismatch", "Rated", "note", "1"), 10)
    counter.add(2, Violation("type_mismatch", "Rated", "stars", "five"), 10)
    assert counter.drain() == [
        ViolationRow(1, "type_mismatch", "Rated", "stars", 2, 30, "six"),
        ViolationRow(1, "type_mismatch", "Rated", "note", 1, 10, "1"),
        ViolationRow(2, "type_mismatch", "Rated", "stars", 1, 10, "five"),
    ]
    assert counter.drain() == []


def test_names_and_samples_are_shortened() -> None:
    counter = ViolationCounter()
    counter.add(1, Violation("kind", "s" * 600, "a" * 600, "x" * 500), 1)
    [row] = counter.drain()
    assert (len(row.subject), len(row.attribute), len(row.sample)) == (500, 500, 100)


def test_rows_beyond_the_limit_are_counted_by_kind_alone() -> None:
    counter = ViolationCounter()
    for number in range(ROWS + 2):
        counter.add(1, Violation("kind", f"event {number}", "a"), 1)
    counter.add(1, Violation("kind", "event 0", "a"), 1)
    counter.add(2, Violation("kind", "event 0", "a"), 1)
    rows = {(row.project, row.subject): row.added for row in counter.drain()}
    assert len(rows) == ROWS + 2
    assert (rows[1, ""], rows[1, "event 0"], rows[2, "event 0"]) == (2, 2, 1)


def test_the_limit_counts_the_rows_that_the_state_has() -> None:
    counter = ViolationCounter()
    assert counter.needs(1)
    counter.load(1, [("kind", f"event {number}", "") for number in range(ROWS)])
    assert not counter.needs(1)
    counter.add(1, Violation("kind", "new"), 1)
    counter.add(1, Violation("kind", "event 7"), 1)
    assert [row.subject for row in counter.drain()] == ["", "event 7"]


def test_what_a_failed_batch_counted_is_forgotten() -> None:
    counter = ViolationCounter()
    counter.add(1, Violation("kind"), 1)
    counter.forget()
    assert counter.drain() == []
    assert counter.needs(1)


def test_memory_is_released_between_batches_above_a_limit() -> None:
    counter = ViolationCounter(memory=1)
    counter.add(1, Violation("kind", "A"), 1)
    counter.drain()
    assert not counter.needs(1)
    counter.add(1, Violation("kind", "B"), 1)
    counter.drain()
    assert counter.needs(1)


@given(
    st.lists(st.tuples(st.integers(1, 2), st.sampled_from("ab"), st.integers(0, 9)), max_size=30), st.integers(0, 30)
)
def test_sums_do_not_depend_on_the_batches(said: list[tuple[int, str, int]], cut: int) -> None:
    whole, parts = ViolationCounter(), ViolationCounter()
    sums: dict[tuple[int, str], list[int]] = {}
    for batch in (said[:cut], said[cut:]):
        for project, subject, at in batch:
            whole.add(project, Violation("kind", subject), at)
            parts.add(project, Violation("kind", subject), at)
        for row in parts.drain():
            added, last_at = sums.get((row.project, row.subject), [0, 0])
            sums[row.project, row.subject] = [added + row.added, max(last_at, row.last_at)]
    assert sums == {(row.project, row.subject): [row.added, row.last_at] for row in whole.drain()}
