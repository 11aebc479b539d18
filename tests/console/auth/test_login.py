"""Signing in and out: what error messages reveal, and how often a password can be tried."""

from __future__ import annotations

import http
import secrets
import subprocess
import sys

import httpx
import pytest
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer

from passerby.console.auth.throttle import FREE_PER_USER


def test_signing_in_redirects_to_the_requested_page(console: ConsoleServer) -> None:
    answer = console.sign_in(ADMIN, console.passwords[ADMIN], to="/p/default/health?x=1")
    assert (answer.status_code, answer.headers["location"]) == (http.HTTPStatus.SEE_OTHER, "/p/default/health?x=1")


@pytest.mark.parametrize("to", ["", "//example.com/", "https://example.com/", "/\\example.com", "/x\nSet-Cookie: a=b"])
def test_redirects_stay_in_the_console(console: ConsoleServer, to: str) -> None:
    assert console.sign_in(ADMIN, console.passwords[ADMIN], to=to).headers["location"] == "/"


def test_the_cookie_is_out_of_reach_of_scripts_and_of_other_sites(console: ConsoleServer) -> None:
    cookie = console.sign_in(ADMIN, console.passwords[ADMIN]).headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "path=/" in cookie


def test_over_https_the_cookie_is_secure(console: ConsoleServer) -> None:
    with console.client() as client:
        form = {"user": ADMIN, "password": console.passwords[ADMIN]}
        answer = client.post("/sign-in", data=form, headers={"X-Forwarded-Proto": "https"})
    assert "secure" in answer.headers["set-cookie"].lower()


def test_a_wrong_password_and_an_unknown_name_are_answered_alike(console: ConsoleServer) -> None:
    wrong, unknown = console.sign_in(VIEWER, "not the password"), console.sign_in("unknown", "not the password")
    assert wrong.status_code == unknown.status_code == http.HTTPStatus.UNAUTHORIZED
    assert wrong.text.replace(VIEWER, "") == unknown.text.replace("unknown", "")
    assert "set-cookie" not in wrong.headers


def newcomer(console: ConsoleServer) -> tuple[str, str]:
    """A user of the test's own: name and password."""
    name = f"u{secrets.token_hex(4)}"
    return name, console.passerby("users", "add", name)["password"]


def network() -> str:
    """An IPv6 network that no other test uses."""
    return f"2001:db8:{secrets.randbelow(65_536):x}:{secrets.randbelow(65_536):x}::1"


def locked(console: ConsoleServer, name: str, client_address: str) -> httpx.Response:
    """The first refusal of a name from somewhere. A slow machine's first delays may be over before the next attempt."""
    for n in range(FREE_PER_USER + 7):
        answer = console.sign_in(name, f"wrong {n}", client_address)
        if answer.status_code == http.HTTPStatus.TOO_MANY_REQUESTS:
            assert n >= FREE_PER_USER
            return answer
        assert answer.status_code == http.HTTPStatus.UNAUTHORIZED
    raise AssertionError("no attempt was refused")


def test_after_many_wrong_passwords_a_network_has_to_wait_and_no_other(console: ConsoleServer) -> None:
    name, password = newcomer(console)
    refused = locked(console, name, network())
    assert int(refused.headers["retry-after"]) >= 1
    assert "Try again in" in refused.text
    assert "set-cookie" not in refused.headers
    assert console.sign_in(name, password, network()).status_code == http.HTTPStatus.SEE_OTHER
    assert console.sign_in(VIEWER, console.passwords[VIEWER]).status_code == http.HTTPStatus.SEE_OTHER


def test_a_browser_that_has_signed_in_before_does_not_wait(console: ConsoleServer) -> None:
    name, password = newcomer(console)
    home = network()
    device = console.sign_in(name, password, home).cookies["passerby_device"]
    locked(console, name, home)
    with console.client() as client:
        client.cookies.set("passerby_device", device)
        form = {"user": name, "password": password}
        answer = client.post("/sign-in", data=form, headers={"X-Forwarded-For": home})
    assert answer.status_code == http.HTTPStatus.SEE_OTHER
    assert answer.cookies["passerby_device"] == device


def test_an_unlocked_user_does_not_wait(console: ConsoleServer) -> None:
    name, password = newcomer(console)
    home = network()
    locked(console, name, home)
    command = [sys.executable, "-m", "passerby", "users", "unlock", name, "--data", str(console.server.data)]
    assert subprocess.run(command, check=True, capture_output=True).stdout == f"Unlocked {name}.\n".encode()
    assert console.sign_in(name, password, home).status_code == http.HTTPStatus.SEE_OTHER


def test_signing_out_ends_the_session_and_not_only_the_cookie(console: ConsoleServer) -> None:
    token = console.sign_in(VIEWER, console.passwords[VIEWER]).cookies["passerby_session"]
    with console.client() as client:
        client.cookies.set("passerby_session", token)
        assert client.get("/p/default/").status_code == http.HTTPStatus.OK
        assert client.post("/sign-out").headers["location"] == "/sign-in"
        client.cookies.set("passerby_session", token)
        assert client.get("/p/default/").status_code == http.HTTPStatus.SEE_OTHER


def test_a_signed_in_user_skips_the_sign_in_form(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        assert client.get("/sign-in?to=/p/default/health").headers["location"] == "/p/default/health"
        assert client.get("/").headers["location"] == "/p/default/"


def test_a_visitor_without_session_is_redirected_to_sign_in_and_back(console: ConsoleServer) -> None:
    with console.client() as client:
        answer = client.get("/p/default/health?x=1")
        assert answer.headers["location"] == "/sign-in?to=/p/default/health%3Fx%3D1"
        part = client.get("/p/default/health", headers={"HX-Request": "true"})
        assert (part.status_code, part.headers["hx-redirect"]) == (http.HTTPStatus.UNAUTHORIZED, "/sign-in")
        as_json = client.get("/p/default/health.json")
        assert (as_json.status_code, as_json.json()["error"]["code"]) == (
            http.HTTPStatus.UNAUTHORIZED,
            "unauthorized",
        )


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://example.com"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": ""},
    ],
)
def test_forms_of_other_origins_are_refused(console: ConsoleServer, headers: dict[str, str]) -> None:
    with console.client(ADMIN) as client:
        for path in ("/sign-in", "/sign-out", "/p/default/health/examination"):
            answer = client.post(path, headers=headers)
            assert answer.status_code == http.HTTPStatus.FORBIDDEN
            assert "was not sent from a page of the console" in answer.text
        assert client.get("/p/default/").status_code == http.HTTPStatus.OK


def test_forms_that_are_no_forms_are_refused(console: ConsoleServer) -> None:
    with console.client() as client:
        assert client.post("/sign-in", data={"user": "x" * 201, "password": "x"}).status_code == 400
        nonsense = client.post("/sign-in", content=b"\xff\xfe", headers={"Content-Type": "text/plain"})
        assert nonsense.status_code == http.HTTPStatus.UNAUTHORIZED
        big = client.post("/sign-in", data={"user": "x" * 300_000})
        assert big.status_code == http.HTTPStatus.REQUEST_ENTITY_TOO_LARGE
