"""A timeline in visits."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.clock import iso
from passerby.console.presenters.timeline import visits
from passerby.services.answers import Event

_DAY = 1_790_000_000_000


def _event(minute: float, session: str = "") -> Event:
    at = iso(_DAY + int(minute * 60_000))
    return Event(
        id=at,
        name="viewed",
        time=at,
        received_at=at,
        properties={},
        rejected=[],
        context={},
        session_id=session,
        dialect="segment",
        profile_id="p",
    )


def test_a_session_is_one_visit_and_shows_the_gap_before_it() -> None:
    found = visits([_event(3_000, "b"), _event(2_999, "b"), _event(10, "a"), _event(0, "a")])
    assert [(visit.session_id, len(visit.events), visit.lasted, visit.away) for visit in found] == [
        ("b", 2, "1 minute", "2 d 1 h"),
        ("a", 2, "10 minutes", ""),
    ]
    assert (found[1].began, found[1].ended) == (iso(_DAY), iso(_DAY + 600_000))


def test_without_sessions_half_an_hour_ends_a_visit() -> None:
    found = visits([_event(70), _event(41), _event(10)])
    assert [(len(visit.events), visit.away) for visit in found] == [(2, "31 min"), (1, "")]


def test_two_sessions_that_follow_at_once_have_no_break() -> None:
    assert [visit.away for visit in visits([_event(0.5, "b"), _event(0, "a")])] == ["", ""]


def test_an_event_without_a_session_is_not_in_one() -> None:
    assert [visit.session_id for visit in visits([_event(2), _event(1, "a"), _event(0)])] == ["", "a", ""]


_MINUTES = st.lists(st.tuples(st.integers(0, 10_000), st.sampled_from(["", "a", "b"])))


@given(_MINUTES)
def test_whatever_the_timeline_every_event_is_in_one_visit_in_its_order(minutes: list[tuple[int, str]]) -> None:
    events = [_event(minute, session) for minute, session in sorted(minutes, reverse=True)]
    assert [event for visit in visits(events) for event in visit.events] == events
