"""Deleting test data in the console."""

from __future__ import annotations

import http
import secrets

import httpx
from playwright.sync_api import expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient

EMPTY = {"profiles": 0, "events": 0, "kept": 0, "more": False}


def project_with_test_data(console: ConsoleServer) -> str:
    """A new project with a test profile, its two events, and a customer."""
    name = f"tested-{secrets.token_hex(4)}"
    keys = console.new_project(name)
    ingest = IngestClient(console)
    for user in ("passerby-test", "passerby-test", "u-1"):
        assert ingest.send("track", keys["segment"]["write_key"], userId=user, event="Bought") == http.HTTPStatus.OK
    bearer = {"Authorization": f"Bearer {keys['api_token']}"}
    httpx.get(f"{console.url}/v1/stats", params={"wait": 30}, headers=bearer, timeout=60).raise_for_status()
    return name


def test_an_administrator_deletes_test_data_after_seeing_how_much_it_is(
    console: ConsoleServer, open_console: OpenConsole
) -> None:
    name = project_with_test_data(console)
    page = open_console(ADMIN).open(f"/p/{name}/settings")
    page.get_by_role("link", name="Delete test data").click()
    facts = page.locator("dl.facts")
    expect(facts).to_contain_text("Test profiles1")
    expect(facts).to_contain_text("Events2")
    page.get_by_role("button", name="Delete test data").click()
    expect(page.get_by_role("status")).to_contain_text("Test profiles deleted")
    with console.client(ADMIN) as client:
        assert client.get(f"/p/{name}/settings/test-data.json").json() == {"found": EMPTY}
        assert "No test data" in client.get(f"/p/{name}/settings/test-data").text
        assert client.get(f"/p/{name}/profiles.json", params={"test": "true"}).json()["found"]["profiles"]
        (entry, *_) = client.get(f"/p/{name}/settings/audit.json", params={"action": "test_data."}).json()["entries"]
    assert (entry["who"], entry["details"]) == ("console user admin", {**EMPTY, "profiles": 1, "events": 2})


def test_a_viewer_sees_no_way_to_delete_test_data(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        assert "Delete test data" not in client.get("/p/default/settings").text
        assert client.get("/p/default/settings/test-data").status_code == http.HTTPStatus.FORBIDDEN
        assert client.post("/p/default/settings/test-data", data={}).status_code == http.HTTPStatus.FORBIDDEN
