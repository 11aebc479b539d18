"""The JSON form of a page: its own fields, with records as in the API."""

from __future__ import annotations

import msgspec
from tests.schemas.test_profiles import PROFILE

from passerby.clock import Milliseconds
from passerby.schemas.profiles import profile_json
from passerby.schemas.views import view_json


class Inner(msgspec.Struct, kw_only=True):
    """A part of a page."""

    at: Milliseconds | None
    count: int


class View(msgspec.Struct, kw_only=True):
    """A page."""

    at: Milliseconds
    times: list[Milliseconds]
    parts: list[Inner]
    people: dict[str, int]


def test_fields_that_are_times_become_text_and_other_numbers_stay() -> None:
    view = View(at=0, times=[1, 2], parts=[Inner(at=None, count=3), Inner(at=4, count=5)], people={"a": 6})
    assert view_json(view) == {
        "at": "1970-01-01T00:00:00.000Z",
        "times": ["1970-01-01T00:00:00.001Z", "1970-01-01T00:00:00.002Z"],
        "parts": [{"at": None, "count": 3}, {"at": "1970-01-01T00:00:00.004Z", "count": 5}],
        "people": {"a": 6},
    }


def test_records_have_the_form_of_the_api() -> None:
    assert view_json([PROFILE]) == [profile_json(PROFILE)]
