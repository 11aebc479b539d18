"""Possible duplicates in the console: the list, the comparison, merging and dismissing."""

from __future__ import annotations

import http
import secrets
from collections.abc import Iterator
from typing import Any, NamedTuple

import httpx
import pytest
from playwright.sync_api import expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient


class Pair(NamedTuple):
    """Two customers with one address: their ids, their customer ids, and the page that compares them."""

    one: str
    other: str
    users: tuple[str, str]
    path: str
    email: str


@pytest.fixture
def pair(console: ConsoleServer) -> Pair:
    """Two new customers, so that no test meets those of another."""
    ingest, mark = IngestClient(console), secrets.token_hex(4)
    users = (f"dup-{mark}-1", f"dup-{mark}-2")
    email = f"{mark}@example.com"
    for user, city in zip(users, ("Bonn", "Graz"), strict=True):
        ingest.send("identify", userId=user, traits={"mail": email, "city": city, "plan": "gold"})
    ingest.settle()
    one, other = (console.server.read("/v1/profiles", namespace="user_id", value=user)["id"] for user in users)
    return Pair(one, other, users, f"/p/default/duplicates/{one}/{other}", email)


@pytest.fixture
def admin(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(ADMIN) as client:
        yield client


@pytest.fixture
def viewer(console: ConsoleServer) -> Iterator[httpx.Client]:
    with console.client(VIEWER) as client:
        yield client


def listed(client: httpx.Client, pair: Pair, **query: Any) -> bool:
    """Whether the pair is on the list, on whichever page."""
    view = client.get("/p/default/duplicates.json", params=query).json()
    while pair.users not in [tuple(p["user_id"] for p in each["profiles"]) for each in view["found"]["duplicates"]]:
        if not view["found"]["cursor"]:
            return False
        view = client.get("/p/default/duplicates.json", params={**query, "cursor": view["found"]["cursor"]}).json()
    return True


def test_a_pair_is_listed_and_compared_trait_by_trait(viewer: httpx.Client, pair: Pair) -> None:
    assert listed(viewer, pair)
    view = viewer.get(f"{pair.path}.json").json()
    assert view["pair"]["shared"] == [{"kind": "email", "value": pair.email}]
    assert [(each["name"], each["values"], each["same"]) for each in view["traits"]] == [
        ("city", ["Bonn", "Graz"], False),
        ("mail", [pair.email, pair.email], True),
        ("plan", ["gold", "gold"], True),
    ]


def test_a_viewer_can_neither_dismiss_nor_restore(viewer: httpx.Client, pair: Pair) -> None:
    shown = viewer.get(pair.path).text
    assert "An administrator can merge or dismiss this pair" in shown
    assert "<form" not in shown.partition("<main")[2].partition("</main>")[0]
    for action in ("dismiss", "restore"):
        assert viewer.post(f"{pair.path}/{action}", data={"reason": ""}).status_code == http.HTTPStatus.FORBIDDEN
    assert listed(viewer, pair)


def test_a_dismissed_pair_is_listed_apart_and_can_be_restored(admin: httpx.Client, pair: Pair) -> None:
    answer = admin.post(f"{pair.path}/dismiss", data={"reason": "a couple"})
    assert (answer.status_code, answer.headers["location"]) == (303, "/p/default/duplicates?said=dismissed")
    assert not listed(admin, pair)
    assert listed(admin, pair, dismissed="true")
    assert "a couple" in admin.get(pair.path).text
    assert admin.post(f"{pair.path}/restore", data={}).status_code == http.HTTPStatus.SEE_OTHER
    assert listed(admin, pair)
    assert admin.post(f"{pair.path}/restore", data={}).status_code == http.HTTPStatus.NOT_FOUND


def test_decisions_and_comparisons_are_in_the_audit_log(admin: httpx.Client, pair: Pair) -> None:
    admin.get(pair.path)
    admin.post(f"{pair.path}/dismiss", data={"reason": ""})
    admin.post(f"{pair.path}/restore", data={})
    entries = admin.get("/p/default/settings/audit.json").json()["entries"]
    mine = [entry["action"] for entry in entries if pair.one in f"{entry['subject']} {entry['details']}"]
    assert mine[:3] == ["duplicate.restored", "duplicate.dismissed", "profiles.compared"]


def test_what_is_no_pair_is_not_found(admin: httpx.Client, pair: Pair) -> None:
    for path in (f"/p/default/duplicates/{pair.one}/{pair.one}", f"/p/default/duplicates/{pair.one}/nonsense"):
        assert admin.get(path).status_code == http.HTTPStatus.NOT_FOUND
        assert admin.post(f"{path}/dismiss", data={"reason": ""}).status_code == http.HTTPStatus.NOT_FOUND


def test_a_pair_that_was_merged_meanwhile_is_not_dismissed(admin: httpx.Client, pair: Pair) -> None:
    form = {"other": pair.other, "reason": "one person", "force": "true"}
    assert admin.post(f"/p/default/profiles/{pair.one}/identity/merge", data=form).status_code == 303
    assert not listed(admin, pair)
    assert admin.post(f"{pair.path}/dismiss", data={"reason": ""}).status_code == http.HTTPStatus.NOT_FOUND


def test_a_project_without_duplicates_shows_an_empty_state(console: ConsoleServer, admin: httpx.Client) -> None:
    name = f"empty-{secrets.token_hex(4)}"
    console.new_project(name)
    assert "No possible duplicates" in admin.get(f"/p/{name}/duplicates").text
    assert "No dismissed pairs" in admin.get(f"/p/{name}/duplicates?dismissed=true").text


def test_a_duplicate_is_found_compared_and_merged_in_the_browser(
    open_console: OpenConsole, admin: httpx.Client, pair: Pair
) -> None:
    page = open_console(ADMIN).open("/p/default/profiles")
    page.get_by_role("link", name="Possible duplicates").click()
    compare = page.get_by_role("link", name=f"Compare {pair.users[0]} and {pair.users[1]}")
    while not compare.count():
        page.get_by_role("link", name="Next page").click()
        page.wait_for_load_state()
    compare.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare profiles")
    expect(page.get_by_role("region", name="Comparison")).to_contain_text("Graz")
    page.get_by_role("link", name="Merge…").click()
    page.locator("#reason").fill("one person with two accounts")
    page.locator("input[name=force]").check()
    page.locator("form.panel button").click()
    expect(page.locator(".note.good")).to_be_visible()
    assert not listed(admin, pair)


def test_a_pair_is_dismissed_in_the_browser(open_console: OpenConsole, admin: httpx.Client, pair: Pair) -> None:
    page = open_console(ADMIN).open(pair.path)
    page.get_by_label("Reason").fill("two sisters")
    page.get_by_role("button", name="Not the same").click()
    expect(page.locator(".note.good")).to_have_text("Pair dismissed.")
    page.get_by_role("link", name="Dismissed", exact=True).click()
    expect(page.get_by_role("region", name="Possible duplicates")).to_contain_text("two sisters")
    assert listed(admin, pair, dismissed="true")
