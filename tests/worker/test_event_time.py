"""Times that a message may claim."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.worker.comparison import DAY, HOUR, Comparison

from passerby.dialects.common.times import CLOCK_SET
from passerby.messages import Identifier, Message, Violation
from passerby.worker.event_time import AHEAD_MS, event_time

M1 = Identifier("mobile_id", "m1")


def message(time: int) -> Message:
    return Message(
        project=1, id="1", dialect="test", kind="track", identifiers=(), time=time, received_at=DAY, name="Seen"
    )


@pytest.mark.parametrize("time", [CLOCK_SET, DAY - 100_000 * HOUR, DAY, DAY + 1, DAY + 24 * HOUR])
def test_a_time_up_to_a_day_ahead_is_kept(time: int) -> None:
    assert event_time(message(time)) == (time, ())


@pytest.mark.parametrize("time", [DAY + 24 * HOUR + 1, DAY + 10**9 * HOUR])
def test_a_time_more_than_a_day_ahead_becomes_the_received_time(time: int) -> None:
    assert event_time(message(time)) == (DAY, (Violation("time_in_future", "Seen", "", str(time)),))


@pytest.mark.parametrize("time", [-1, -(10**15)])
def test_a_time_before_1970_becomes_the_received_time(time: int) -> None:
    assert event_time(message(time)) == (DAY, (Violation("time_before_1970", "Seen", "", str(time)),))


@pytest.mark.parametrize("time", [0, 1, 90 * 60_000 + 27_383, 40 * 24 * HOUR, CLOCK_SET - 1])
def test_the_time_of_a_clock_that_was_never_set_becomes_the_received_time(time: int) -> None:
    assert event_time(message(time)) == (DAY, (Violation("clock_not_set", "Seen", "", str(time)),))


def test_where_our_own_clock_is_not_set_either_a_time_is_kept() -> None:
    early = msgspec.structs.replace(message(5), received_at=10)
    assert event_time(early) == (5, ())


def test_an_unset_clock_does_not_set_first_seen_to_1970(comparison: Comparison) -> None:
    comparison.append(M1, time=0, traits={"a": "x"})
    comparison.apply()
    rows = comparison.observer.rows
    assert rows("SELECT first_seen, last_seen FROM profiles") == [(DAY, DAY)]
    assert rows("SELECT first_seen FROM catalogue_events") == [(DAY,)]
    assert rows("SELECT kind, subject, count FROM violations") == [("clock_not_set", "Seen", 1)]


@given(st.integers())
def test_the_stored_time_is_plausible_for_any_claim(time: int) -> None:
    kept, violations = event_time(message(time))
    assert CLOCK_SET <= kept <= DAY + AHEAD_MS
    assert (kept == time) is (violations == ())


def test_an_implausible_time_is_replaced_by_the_received_time_and_counted(comparison: Comparison) -> None:
    comparison.append(M1, time=DAY + 1000 * HOUR, traits={"a": "x"}, context={"os": "x"})
    comparison.apply()
    rows = comparison.observer.rows
    comparison.observer.read_outbox()
    assert [event.time for event in comparison.observer.events] == [DAY]
    assert rows("SELECT first_seen, last_seen FROM profiles") == [(DAY, DAY)]
    assert rows("SELECT first_seen, last_seen FROM identifiers") == [(DAY, DAY)]
    assert rows("SELECT time FROM traits") == [(DAY,)]
    assert rows("SELECT kind, subject, count FROM violations") == [("time_in_future", "Seen", 1)]
    assert comparison.observer.totals(1)["violations"] == 1


def test_a_value_that_was_wrongly_dated_ahead_does_not_block_later_ones(comparison: Comparison) -> None:
    comparison.append(M1, time=DAY + 1000 * HOUR, traits={"a": "wrong"})
    comparison.append(M1, traits={"a": "right"})
    comparison.apply()
    assert comparison.observer.rows("SELECT value FROM traits") == [('"right"',)]
