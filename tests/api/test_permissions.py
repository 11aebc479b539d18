"""Scopes of tokens: every route declares one, and a token without it gets an error that names it."""

from __future__ import annotations

from functools import lru_cache

import pytest
from litestar import get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests.api.api_client import ApiClient
from tests.api.test_authorization import ANSWERING, Route, call
from tests.api.test_authorization import ids as ids  # noqa: PLC0414 - a fixture

from passerby.accounts.scopes import Scope
from passerby.api.openapi.reference import application_to_describe
from passerby.api.permissions import REQUIRED_SCOPES, UndeclaredScope, declared, required_scope


def token_for(api: ApiClient, *scopes: Scope) -> str:
    """A token of our project that may do only this."""
    projects = api.server.projects
    token = projects.add_key(projects.project_numbered(api.project), "api_token", 1, scopes=scopes).value
    api.server.credentials.refresh_if_changed()
    return token


@lru_cache(maxsize=1)
def handlers() -> list[tuple[str, HTTPRouteHandler]]:
    """Every route's handlers, with its path."""
    routes = [route for route in application_to_describe().routes if isinstance(route, HTTPRoute)]
    return [(route.path_format, handler) for route in routes for handler in route.route_handlers]


def scope_of(route: Route) -> Scope:
    (handler,) = (
        handler for path, handler in handlers() if path == route.path and route.method in handler.http_methods
    )
    return required_scope(handler)


def test_a_token_opens_nothing_that_its_scope_does_not_allow(api: ApiClient, ids: dict[str, str]) -> None:
    tokens = {scope: token_for(api, *(set(Scope) - {scope})) for scope in Scope}
    statuses = {route: call(api, route, tokens[scope_of(route)], ids) for route in ANSWERING}
    assert set(statuses.values()) == {403}


@pytest.mark.parametrize("route", [route for route in ANSWERING if route.method == "GET"])
def test_a_token_opens_what_its_scope_allows(api: ApiClient, ids: dict[str, str], route: Route) -> None:
    assert call(api, route, token_for(api, scope_of(route)), ids) == 200


def test_the_error_for_a_missing_scope_names_it(api: ApiClient) -> None:
    answer = api.get("/v1/keys", token_for(api, Scope.READ))
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, "forbidden")
    assert answer.json()["error"]["details"] == {"scope": "manage"}


def test_asking_which_methods_there_are_takes_a_token(api: ApiClient) -> None:
    client = api.server.client
    bearer = {"Authorization": f"Bearer {api.token}"}
    assert client.options("/v1/profiles").status_code == 401
    assert client.options("/v1/profiles", headers=bearer).status_code == 204


def test_a_route_without_a_declared_need_fails_at_the_start() -> None:
    @get("/new", operation_id="somethingNew", sync_to_thread=False)
    def new() -> None: ...

    with pytest.raises(UndeclaredScope):
        declared([new])


def test_every_declared_need_belongs_to_a_route() -> None:
    assert REQUIRED_SCOPES.keys() <= {handler.operation_id for _, handler in handlers()}
