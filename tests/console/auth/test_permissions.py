"""Permissions: every route of the console and the API, requested by every kind of caller.

The matrix is made from the routes themselves, so that a new one is tried without being listed here.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from typing import NamedTuple

import httpx
import pytest
from litestar import Litestar, get
from litestar.handlers import HTTPRouteHandler
from litestar.routes import HTTPRoute
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer

from passerby.api.app import application
from passerby.console.app import routes
from passerby.console.auth.permissions import PERMISSION, Permission, PermissionMissing, permission_of, with_permissions

UNKNOWN = "0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21"
SAFE = frozenset({"GET", "HEAD"})
OPEN = frozenset({"/healthz", "/metrics", "/openapi.json"})
"""Public routes of the API: they contain no project's data."""


class Way(NamedTuple):
    """A method of a route, with an address that it matches. `need` is None for the API's."""

    method: str
    address: str
    permission: Permission | None


def filled(path: str) -> str:
    """A path's parameters with values that nothing has, but for the project."""
    parts = []
    for part in path.split("/"):
        name, _, kind = part.strip("{}").partition(":")
        known = {"project_name": "default", "dialect": "segment", "version": "0", "path": "none"}
        value = known.get(name, "999999999" if kind == "int" else UNKNOWN)
        parts.append(value if part.startswith("{") else part)
    return "/".join(parts)


def console_ways() -> Iterator[Way]:
    for handler in routes():
        for path in handler.paths:
            for method in sorted(handler.http_methods):
                yield Way(method, filled(path), permission_of(handler))


def api_ways() -> Iterator[Way]:
    described: Litestar = application(lambda: None)  # type: ignore[arg-type,return-value]  # describing needs no context
    for route in described.routes:
        if isinstance(route, HTTPRoute) and route.path not in OPEN:
            for handler in route.route_handlers:
                for method in sorted(handler.http_methods):
                    yield Way(method, filled(route.path), None)


WAYS = [*console_ways(), *api_ways()]
CONSOLE = [way for way in WAYS if way.permission is not None]
GUARDED = [way for way in CONSOLE if way.permission is not Permission.PUBLIC]


@pytest.fixture(scope="session")
def foreign_token(console: ConsoleServer) -> str:
    """A token of a project in which nothing is."""
    return str(console.new_project("elsewhere")["api_token"])


def ask(client: httpx.Client, way: Way, **headers: str) -> httpx.Response:
    """One request, of whose answer no more than the head is awaited: a stream never ends."""
    with client.stream(way.method, way.address, headers=headers) as answer:
        if not answer.headers.get("content-type", "").startswith("text/event-stream"):
            answer.read()
        return answer


def name(way: Way) -> str:
    return f"{way.method} {way.address}"


def test_a_route_without_a_permission_is_rejected() -> None:
    @get("/open-by-mistake")
    async def open_by_mistake() -> None: ...

    handler: HTTPRouteHandler = open_by_mistake
    with pytest.raises(PermissionMissing, match=PERMISSION):
        with_permissions([handler])


def test_what_changes_something_is_for_administrators() -> None:
    found = {
        "/sign-in",
        "/sign-out",
        "/p/default/settings/users/own-password",
        "/p/default/health/examination",
        f"/p/default/profiles/{UNKNOWN}/pins",
    }
    changing = {way.address: way.permission for way in CONSOLE if way.method not in SAFE}
    assert {
        address
        for address, permission in changing.items()
        if permission not in {Permission.ADMIN, Permission.SERVER_ADMIN}
    } == found


def test_every_page_requires_a_session(console: ConsoleServer) -> None:
    with console.client() as client:
        for way in GUARDED:
            answer = ask(client, way)
            assert answer.status_code == 303, name(way)
            assert answer.headers["location"].startswith("/sign-in"), name(way)
            if way.method == "GET" and way.address.startswith("/p/"):
                as_json = client.get(f"{way.address.rstrip('/')}.json")
                assert as_json.status_code in {303, 401}, name(way)
                assert "default" not in as_json.text, name(way)


def test_an_invented_session_is_not_valid(console: ConsoleServer) -> None:
    with console.client() as client:
        client.cookies.set("passerby_session", "x" * 43)
        assert {ask(client, way).status_code for way in GUARDED} == {303}


def test_a_token_opens_no_page(console: ConsoleServer, foreign_token: str) -> None:
    for token in (console.server.keys["api_token"], foreign_token):
        with console.client() as client:
            found = {ask(client, way, Authorization=f"Bearer {token}").status_code for way in GUARDED}
            assert found == {303}


def test_a_viewer_changes_nothing(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        for way in GUARDED:
            status = ask(client, way).status_code
            if way.permission in {Permission.ADMIN, Permission.SERVER_ADMIN}:
                assert status == 403, name(way)
            else:
                assert status in {200, 303, 400, 404}, name(way)


def test_an_administrator_is_let_in_everywhere(console: ConsoleServer) -> None:
    """In a project of its own: some forms change something even where nothing is filled in."""
    console.new_project("changed")
    with console.client(ADMIN) as client:
        for way in GUARDED:
            own = way._replace(address=way.address.replace("/p/default/", "/p/changed/"))
            assert ask(client, own).status_code in {200, 303, 400, 404, 409}, name(own)


def test_a_session_opens_nothing_of_the_api(console: ConsoleServer) -> None:
    """Its routes take what other origins could send: a cookie must not do there."""
    with console.client(ADMIN) as client:
        for way in WAYS:
            if way.permission is None:
                assert ask(client, way).status_code == 401, name(way)


def test_the_api_shows_a_foreign_token_nothing_of_this_project(console: ConsoleServer, foreign_token: str) -> None:
    bearer = {"Authorization": f"Bearer {foreign_token}"}
    with console.client() as client:
        for path in (f"/v1/profiles/{console.profile}", f"/v1/profiles/{console.profile}/events"):
            assert client.get(path, headers=bearer).status_code == 404
        for way in WAYS:
            if way.permission is None and way.method == "GET":
                answer = ask(client, way, **bearer)
                assert answer.status_code in {200, 400, 404}, name(way)


class Guest(NamedTuple):
    """A user with a role in one project only: `elsewhere`."""

    name: str
    client: httpx.Client


@pytest.fixture(scope="session")
def guest(console: ConsoleServer, foreign_token: str) -> Iterator[Guest]:
    del foreign_token
    name = f"g{secrets.token_hex(4)}"
    password = console.passerby("users", "add", name, "--project", "elsewhere")["password"]
    with console.client() as client:
        client.cookies.set("passerby_session", console.sign_in(name, password).cookies["passerby_session"])
        yield Guest(name, client)


@pytest.mark.parametrize("way", [way for way in GUARDED if way.address.startswith("/p/")], ids=str)
def test_a_user_of_another_project_gets_nothing_of_this_one(guest: Guest, way: Way) -> None:
    answer = ask(guest.client, way)
    assert answer.status_code in {403, 404}
    unknown = ask(guest.client, way._replace(address=way.address.replace("/p/default", "/p/nowhere")))
    assert unknown.status_code == answer.status_code


def test_a_user_of_one_project_sees_it_and_no_other(guest: Guest) -> None:
    assert guest.client.get("/").headers["location"] == "/p/elsewhere/"
    page = guest.client.get("/p/elsewhere/")
    assert page.status_code == 200
    assert "/p/default/" not in page.text
    users = guest.client.get("/p/elsewhere/settings/users.json").json()
    assert [user["name"] for user in users["users"]] == [guest.name]
    assert guest.client.post("/p/elsewhere/settings/users/add", data={"name": "x"}).status_code == 403
    assert guest.client.get("/p/elsewhere/settings/audit").status_code == 403


def test_an_administrator_of_one_project_changes_it_and_no_users(console: ConsoleServer, foreign_token: str) -> None:
    del foreign_token
    name = f"g{secrets.token_hex(4)}"
    password = console.passerby("users", "add", name, "--project", "elsewhere", "--role", "admin")["password"]
    with console.client() as client, console.client(ADMIN) as admin:
        client.cookies.set("passerby_session", console.sign_in(name, password).cookies["passerby_session"])
        assert client.get("/p/elsewhere/settings/audit").status_code == 200
        entries = client.get("/p/elsewhere/settings/audit.json").json()["entries"]
        assert ("signed_in", name) in [(each["action"], each["subject"]) for each in entries]
        assert client.post("/p/elsewhere/settings/users/add", data={"name": "x"}).status_code == 403
        change = {"name": name, "role": "none", "project": "elsewhere"}
        assert admin.post("/p/default/settings/users/role", data=change | {"project": "nowhere"}).status_code == 400
        assert admin.post("/p/default/settings/users/role", data=change).status_code == 303
        assert client.get("/p/elsewhere/").status_code == 404
        assert client.get("/").status_code == 404


def test_an_administrator_adds_users_of_one_project(console: ConsoleServer, foreign_token: str) -> None:
    del foreign_token
    name = f"g{secrets.token_hex(4)}"
    with console.client(ADMIN) as admin:
        form = {"name": name, "role": "viewer", "project": "elsewhere"}
        assert admin.post("/p/default/settings/users/add", data=form).status_code == 200
        users = admin.get("/p/default/settings/users.json").json()["users"]
    (added,) = (user for user in users if user["name"] == name)
    assert (added["role"], added["projects"]) == (None, {"elsewhere": "viewer"})
