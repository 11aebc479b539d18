"""Activity."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from passerby.profiles.activity import Activity, combine


def test_an_identification_is_seen_but_is_no_event() -> None:
    activity = Activity(first_seen=5, last_seen=5)
    activity.add(9, events=0)
    activity.add(2)
    assert activity == Activity(2, 9, 1)


def test_combining_does_not_change_the_records() -> None:
    one, other = Activity(1, 2, 3), Activity(4, 5, 6)
    assert combine([one, other]) == Activity(1, 5, 9)
    assert (one, other) == (Activity(1, 2, 3), Activity(4, 5, 6))


@given(st.lists(st.integers(), min_size=1), st.integers(1, 20))
def test_activity_does_not_depend_on_its_parts(times: list[int], size: int) -> None:
    parts = []
    for start in range(0, len(times), size):
        part = Activity(times[start], times[start], 0)
        for time in times[start : start + size]:
            part.add(time)
        parts.append(part)
    assert combine(parts) == Activity(min(times), max(times), len(times))
