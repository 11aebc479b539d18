"""The demo selects profiles of interest."""

from __future__ import annotations

from passerby.demo.highlights import highlights, seen
from passerby.demo.people import people


def test_every_sort_is_shown_once_when_there_are_people_enough() -> None:
    shown = list(highlights(people(1, 2000)))
    assert len({one.what for one in shown}) == len(shown) == 6
    assert len({one.value for one in shown}) >= 5


def test_stages_without_profiles_are_left_out() -> None:
    assert list(highlights([])) == []


def test_what_is_shown_comes_from_the_profile() -> None:
    (one, *_) = highlights(people(1, 100))
    profile = {"id": "p", "stage": "customer", "event_count": 7, "members": [{"id": "q"}]}
    assert seen(one, profile)[1:] == ("p", "customer", 7, 1)
