"""Every route without a token, with a wrong token or with another project's token, from the list of routes itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

import pytest
from litestar.routes import HTTPRoute
from tests.api.api_client import ApiClient
from tests.api.test_merges import merge
from tests.state.state_builder import ident

from passerby.api.openapi.reference import application_to_describe

OPEN = {"/healthz", "/metrics", "/openapi.json"}
"""What needs no token: none of it is any project's data."""


class Route(NamedTuple):
    method: str
    path: str


def routes() -> list[Route]:
    return [
        Route(method, route.path_format)
        for route in application_to_describe().routes
        if isinstance(route, HTTPRoute)
        for method in sorted({method for handler in route.route_handlers for method in handler.http_methods})
        if method != "OPTIONS"
    ]


GUARDED = [route for route in routes() if route.path not in OPEN]
STREAMS = {"/v1/live"}
"""Streams that last until the client disconnects; `test_live` tests them."""
ANSWERING = [route for route in GUARDED if route.path not in STREAMS]


def call(api: ApiClient, route: Route, token: str, ids: dict[str, str]) -> int:
    path, body = route.path.format_map(ids), BODIES[route](ids) if route in BODIES else None
    if route.method == "PUT":
        return api.put(path, token, body).status_code
    if route.method == "PATCH":
        return api.patch(path, token, body).status_code
    if route.method == "DELETE":
        return api.delete(path, token).status_code
    if route.method == "POST":
        return api.post(path, token, body).status_code
    return api.get(path, token, **QUERIES.get(route.path, {})).status_code


QUERIES = {
    "/v1/profiles/{profile_id}/identifiers/explain": {"namespace": "user_id", "value": "u1"},
    "/v1/profiles/{profile_id}/why": {"namespace": "user_id", "value": "u1"},
    "/v1/catalogue/attributes/values": {"event": "Glimpsed", "attribute": "n", "type": "number"},
}
"""Query parameters that a route requires for an answer of 200."""
BODIES: Mapping[Route, Callable[[dict[str, str]], Any]] = {
    Route("POST", "/v1/identity/preview"): lambda _: {"identifiers": []},
    Route("PUT", "/v1/identity/policy"): lambda _: {},
    Route("POST", "/v1/keys"): lambda _: {"kind": "api_token"},
    Route("PATCH", "/v1/project"): lambda _: {},
    Route("PATCH", "/v1/catalogue/annotations"): lambda _: {"event": "Seen"},
    Route("PATCH", "/v1/catalogue/marks"): lambda _: {"event": "Seen"},
    Route("PATCH", "/v1/catalogue/attributes"): lambda _: {"event": "Glimpsed", "attribute": "n", "type": "number"},
    Route("POST", "/v1/catalogue/aliases"): lambda _: {"event": "Seen", "into": "Saw"},
    Route("POST", "/v1/catalogue/aliases/undo"): lambda _: {"event": "Glimpsed"},
    Route("POST", "/v1/catalogue/delete"): lambda _: {"names": [{"event": "Glimpsed"}]},
    Route("POST", "/v1/merges"): lambda ids: {"winner": ids["profile_id"], "loser": ids["other_id"], "reason": "why"},
    Route("POST", "/v1/duplicates/dismiss"): lambda ids: {"profiles": [ids["profile_id"], ids["other_id"]]},
    Route("POST", "/v1/duplicates/restore"): lambda ids: {"profiles": [ids["profile_id"], ids["dismissed_id"]]},
    Route("POST", "/v1/destinations"): lambda _: {
        "kind": "webhook",
        "name": "other",
        "config": {"url": "https://example.com/"},
    },
    Route("PATCH", "/v1/destinations/{destination_id}"): lambda _: {},
    Route("POST", "/v1/destinations/{destination_id}/rotate"): lambda _: {},
    Route("POST", "/v1/destinations/{destination_id}/replay"): lambda _: {},
    Route("POST", "/v1/profiles/{profile_id}/detach"): lambda _: {
        "namespace": "mobile_id",
        "value": "m1",
        "reason": "why",
    },
}
"""Likewise in its body."""
SUCCESS = {Route("POST", "/v1/destinations"): 201, Route("POST", "/v1/destinations/{destination_id}/replay"): 202}
"""Routes that answer with another status than 200."""
ABOUT_ONE_THING = {
    Route("POST", "/v1/merges"),
    Route("POST", "/v1/duplicates/dismiss"),
    Route("POST", "/v1/duplicates/restore"),
    Route("GET", "/v1/catalogue/attributes/values"),
    Route("PATCH", "/v1/catalogue/attributes"),
    Route("POST", "/v1/catalogue/aliases"),
    Route("POST", "/v1/catalogue/aliases/undo"),
}
"""Routes whose body, not path, names a resource of the project."""


@pytest.fixture
def ids(api: ApiClient) -> dict[str, str]:
    """Ids of things that there are in our project."""
    merge_id = merge(api)
    profile = api.get("/v1/profiles", namespace="user_id", value="u1").json()
    api.track("Seen", ident("mobile_id", "m2"))
    api.track("Glimpsed", ident("mobile_id", "m2"), n=1)
    api.post("/v1/catalogue/aliases", body={"event": "Glimpsed", "into": "Noticed"})
    api.track("Seen", ident("mobile_id", "m3"), ident("anonymous_id", "a3"))
    body = {"namespace": "mobile_id", "value": "m3", "reason": "why"}
    detached = api.post(f"/v1/profiles/{api.owner('mobile_id', 'm3')}/detach", body=body).json()
    api.identify(ident("user_id", "u9"))
    dismissed = api.owner("user_id", "u9")
    api.post("/v1/duplicates/dismiss", body={"profiles": [profile["id"], dismissed]})
    destination = {"kind": "webhook", "name": "crm", "config": {"url": "https://example.com/"}}
    return {
        "destination_id": api.post("/v1/destinations", body=destination).json()["id"],
        "profile_id": profile["id"],
        "merge_id": merge_id,
        "other_id": api.owner("mobile_id", "m2"),
        "detachment_id": detached["detachment_id"],
        "dismissed_id": dismissed,
        "dialect": "segment",
        "key_id": str(api.post("/v1/keys", body={"kind": "segment.write_key"}).json()["id"]),
        "event_id": api.track("Seen", ident("mobile_id", "m2")).id,
    }


def test_every_route_is_known_to_need_a_token_or_not() -> None:
    assert {route.path for route in routes()} - OPEN == {
        "/v1/identity/preview",
        "/v1/identity/policy",
        "/v1/identity/policy/history",
        "/v1/merges",
        "/v1/merges/{merge_id}",
        "/v1/duplicates",
        "/v1/duplicates/dismiss",
        "/v1/duplicates/restore",
        "/v1/profiles/{profile_id}/detach",
        "/v1/detachments/{detachment_id}/undo",
        "/v1/profiles/{profile_id}/identifiers/explain",
        "/v1/profiles",
        "/v1/profiles/{profile_id}",
        "/v1/profiles/{profile_id}/events",
        "/v1/profiles/{profile_id}/summary",
        "/v1/audit/export",
        "/v1/audit/export.csv",
        "/v1/profiles/{profile_id}/history",
        "/v1/merges/{merge_id}/undo",
        "/v1/catalogue",
        "/v1/catalogue/aliases",
        "/v1/catalogue/aliases/undo",
        "/v1/catalogue/attributes",
        "/v1/catalogue/attributes/values",
        "/v1/catalogue/delete",
        "/v1/stats",
        "/v1/live",
        "/v1/live/recent",
        "/v1/rejected-requests",
        "/v1/keys",
        "/v1/keys/{key_id}/rotate",
        "/v1/keys/{key_id}/revoke",
        "/v1/project",
        "/v1/destination-kinds",
        "/v1/destinations",
        "/v1/destinations/{destination_id}",
        "/v1/destinations/{destination_id}/pause",
        "/v1/destinations/{destination_id}/resume",
        "/v1/destinations/{destination_id}/rotate",
        "/v1/destinations/{destination_id}/overview",
        "/v1/destinations/{destination_id}/dead",
        "/v1/destinations/{destination_id}/replay",
        "/v1/audit",
        "/v1/catalogue/annotations",
        "/v1/sources/{dialect}/test",
        "/v1/test-data",
        "/v1/metrics/timeseries",
        "/v1/violations",
        "/v1/catalogue/event-counts",
        "/v1/events/{event_id}",
        "/v1/profiles/{profile_id}/why",
        "/v1/refused",
        "/v1/catalogue/marks",
        "/v1/series",
        "/v1/catalogue/volumes",
    }


@pytest.mark.parametrize("path", sorted(OPEN))
def test_what_is_open_needs_no_token(api: ApiClient, path: str) -> None:
    assert api.get(path, "").status_code == 200


@pytest.mark.parametrize("route", ANSWERING)
def test_the_bearer_of_our_token_is_let_in(api: ApiClient, ids: dict[str, str], route: Route) -> None:
    assert call(api, route, api.token, ids) == SUCCESS.get(route, 200)


@pytest.mark.parametrize("route", GUARDED)
@pytest.mark.parametrize("token", ["", "wrong", "wrong with spaces"])
def test_a_wrong_token_is_401(api: ApiClient, ids: dict[str, str], route: Route, token: str) -> None:
    assert call(api, route, token, ids) == 401


@pytest.mark.parametrize("route", ANSWERING)
def test_another_projects_token_opens_nothing_of_ours(api: ApiClient, ids: dict[str, str], route: Route) -> None:
    about_one_thing = "{" in route.path or route in ABOUT_ONE_THING
    assert call(api, route, api.other_token, ids) == (404 if about_one_thing else SUCCESS.get(route, 200))


@pytest.mark.parametrize("header", ["Basic {}", "{}", "Bearer", "Bearer {} more", "Token {}"])
def test_a_token_comes_as_a_bearer_token(api: ApiClient, header: str) -> None:
    headers = {"Authorization": header.format(api.token)}
    answer = api.server.client.get("/v1/stats", headers=headers)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "unauthorized")
    assert answer.headers["www-authenticate"].startswith("Bearer")


def test_the_schemes_name_may_be_in_any_case(api: ApiClient) -> None:
    headers = {"Authorization": f"bearer  {api.token} "}
    assert api.server.client.get("/v1/stats", headers=headers).status_code == 200


def test_a_revoked_token_opens_nothing_any_more(api: ApiClient) -> None:
    assert api.get("/v1/stats").status_code == 200
    projects = api.server.projects
    project = next(each for each in projects.projects() if each.id == api.project)
    (key,) = projects.keys(project)
    projects.revoke_key(project, key.id, 1)
    api.server.credentials.refresh_if_changed()
    assert api.get("/v1/stats").status_code == 401


def test_nothing_of_another_project_shows_in_any_list(api: ApiClient) -> None:
    api.track("Seen", ident("mobile_id", "m1"))
    assert api.get("/v1/profiles", api.other_token).json()["profiles"] == []
    assert api.get("/v1/catalogue", api.other_token).json()["events"] == []
    assert api.get("/v1/stats", api.other_token).json()["accepted"] == 0
