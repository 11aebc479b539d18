"""The catalogue over HTTP."""

from __future__ import annotations

from tests.api.api_client import ApiClient
from tests.state.state_builder import DAY, ident

from passerby.clock import iso


def test_an_empty_catalogue_has_all_its_parts(api: ApiClient) -> None:
    assert api.get("/v1/catalogue").json() == {"events": [], "traits": [], "violations": [], "cursor": None}


def test_events_traits_and_violations_are_listed(api: ApiClient) -> None:
    api.track("Added", ident("mobile_id", "m1"), price=9)
    api.track("Added", ident("mobile_id", "m1"), price="nine")
    api.identify(ident("mobile_id", "m1"), ident("user_id", "null"), plan="gold")
    catalogue = api.get("/v1/catalogue").json()
    seen = {"first_seen": iso(DAY + 1000), "last_seen": iso(DAY + 2000)}
    (event,) = catalogue["events"]
    assert event | {"violations": []} == {
        "name": "Added",
        "semantic": None,
        "count": 2,
        "first_seen": iso(DAY + 1000),
        "last_seen": iso(DAY + 2000),
        "attributes": [{"name": "price", "type": "number", "count": 2, "spellings": [], **seen}],
        "violations": [],
        "spellings": [],
    }
    (violation,) = event["violations"]
    assert violation == {
        "kind": violation["kind"],
        "attribute": "price",
        "count": 1,
        "last_at": iso(DAY + 2000),
        "sample": "nine",
    }
    assert [trait["name"] for trait in catalogue["traits"]] == ["plan"]
    assert [(other["event"], other["attribute"]) for other in catalogue["violations"]] == [(None, "user_id")]


def test_its_pages_add_up(api: ApiClient) -> None:
    for name in ("b", "c", "a"):
        api.track(name, ident("mobile_id", "m1"))
    first = api.get("/v1/catalogue", limit=2).json()
    second = api.get("/v1/catalogue", limit=2, cursor=first["cursor"]).json()
    assert [event["name"] for event in first["events"] + second["events"]] == ["a", "b", "c"]
    assert second["cursor"] is None


def test_it_is_the_projects_own(api: ApiClient) -> None:
    api.track("Theirs", ident("mobile_id", "m1"), project=api.other_project)
    assert api.get("/v1/catalogue").json()["events"] == []


def test_a_name_that_a_dialect_has_a_meaning_for_is_shown_with_it(api: ApiClient) -> None:
    api.track("Completed Order", ident("mobile_id", "m1"))
    (event,) = api.get("/v1/catalogue").json()["events"]
    assert (event["name"], event["semantic"]) == ("Completed Order", "purchased")
