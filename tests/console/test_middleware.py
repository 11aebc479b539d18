"""Headers and behaviour common to all responses."""

from __future__ import annotations

import pytest
from tests.console.console_server import ADMIN, ConsoleServer

from passerby.console.middleware import HEADERS

PATHS = ("/", "/sign-in", "/p/default/", "/p/default.json", "/p/none/", "/nothing", "/v1/stats", "/healthz")


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("user", ["", ADMIN])
def test_every_answer_is_strict_about_what_a_page_may_do(console: ConsoleServer, path: str, user: str) -> None:
    with console.client(user) as client:
        headers = client.get(path).headers
    assert HEADERS.items() <= headers.items()
    assert headers.get_list("x-content-type-options") == ["nosniff"]
    assert headers["cache-control"] == "no-store"


def test_the_policy_allows_nothing_unsafe() -> None:
    policy = dict(part.strip().split(" ", 1) for part in HEADERS["content-security-policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == policy["style-src"] == "'self'"
    assert "unsafe" not in HEADERS["content-security-policy"]


def test_unknown_pages_are_404_in_html_and_json(console: ConsoleServer) -> None:
    with console.client(ADMIN) as client:
        page = client.get("/nothing", headers={"Accept": "text/html"})
        assert (page.status_code, "Page not found" in page.text) == (404, True)
        assert client.get("/nothing").json()["error"]["code"] == "not_found"
        assert "No such project" in client.get("/p/none/").text
        assert client.get("/p/none.json").json()["error"]["code"] == "not_found"
        assert client.get("/p/default/health/examination").status_code == 405


def test_asking_how_the_server_is_is_no_request_that_was_refused(console: ConsoleServer) -> None:
    with console.client(ADMIN) as client:
        assert client.get("/healthz").status_code == 200
        assert client.get("/p/default/health").status_code == 200
        console.server.read("/v1/stats")
        kept = client.get("/p/default/live.json?status=refused").json()["recent"]["items"]
    assert not [item for item in kept if item["payload"] == "" and item["name"] == ""]
