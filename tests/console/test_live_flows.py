"""The live stream in Chromium: what arrives appears, and what was refused says why."""

from __future__ import annotations

import secrets

import pytest
from playwright.sync_api import Page, expect
from tests.console.conftest import Looks
from tests.console.office import ADMIN, VIEWER, Office
from tests.console.people import Callers


@pytest.fixture
def callers(office: Office) -> Callers:
    return Callers(office)


def _connected(page: Page) -> Page:
    expect(page.locator("#state")).to_have_text("live")
    return page


def test_an_event_that_arrives_and_one_that_is_refused_appear_by_themselves(looks: Looks, callers: Callers) -> None:
    name = f"Arrived {secrets.token_hex(4)}"
    page = _connected(looks(ADMIN).open("/p/default/live"))
    callers.send("track", userId="somebody", event=name, properties={"<b>": "</script>"})
    row = page.locator("tr[data-row]", has_text=name)
    expect(row).to_contain_text("accepted")
    expect(row).to_contain_text("somebody")

    assert callers.send("track", key="no-such-key", event="Lost") == 401
    refused = page.locator("tr[data-status=refused]", has_text="401").first
    expect(refused).to_contain_text("This key is unknown")
    refused.get_by_role("link").first.click()
    expect(page.locator(".note.bad")).to_contain_text("401")
    page.go_back()

    _connected(page).get_by_role("link", name=name).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name="Stored")).to_be_visible()


def test_a_paused_stream_counts_what_waits_and_shows_it_afterwards(looks: Looks, callers: Callers) -> None:
    name = f"Waiting {secrets.token_hex(4)}"
    page = _connected(looks(VIEWER).open(f"/p/default/live?name={name}"))
    page.keyboard.press("p")
    expect(page.locator("#state")).to_have_text("paused")
    for _ in range(3):
        callers.send("track", userId="somebody", event=name)
    expect(page.get_by_role("button", name="Resume (3 waiting)")).to_be_visible()
    expect(page.locator("#waiting")).to_have_text("3 waiting")
    expect(page.locator("tr[data-row]")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("tr[data-row]")).to_have_count(3)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_no_more_rows_are_shown_than_can_be_read(looks: Looks, callers: Callers) -> None:
    name = f"Many {secrets.token_hex(4)}"
    page = _connected(looks(VIEWER).open(f"/p/default/live?name={name}"))
    for _ in range(7):
        batch = [{"type": "track", "userId": "somebody", "event": name} for _ in range(100)]
        assert callers.send("batch", batch=batch) == 200
        page.wait_for_timeout(150)
    expect(page.locator("tr[data-row]")).to_have_count(500)


def test_filters_stand_in_the_address_and_hold_for_what_comes(looks: Looks, callers: Callers) -> None:
    mark = secrets.token_hex(4)
    page = _connected(looks(VIEWER).open(f"/p/default/live?q={mark}"))
    page.get_by_label("Status").select_option("accepted")
    page.wait_for_url("**status=accepted**")
    _connected(page)
    callers.send("track", userId="somebody", event="Other")
    callers.send("track", userId="somebody", event="Wanted", properties={"mark": mark})
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("tr[data-row]")).to_contain_text("Wanted")
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url("**/live")


def test_without_script_what_came_last_is_there(looks: Looks, callers: Callers) -> None:
    name = f"Plain {secrets.token_hex(4)}"
    callers.send("track", userId="somebody", event=name)
    page = looks(VIEWER, java_script_enabled=False).open(f"/p/default/live?name={name}")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
