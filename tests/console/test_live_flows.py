"""The live stream in Chromium: new events appear, and rejected ones show the reason."""

from __future__ import annotations

import re
import secrets

import pytest
from playwright.sync_api import Page, Route, expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.ingest_client import IngestClient


@pytest.fixture
def ingest(console: ConsoleServer) -> IngestClient:
    return IngestClient(console)


def _connected(page: Page) -> Page:
    expect(page.locator("#state")).to_have_text("Live")
    return page


def test_an_event_that_arrives_and_one_that_is_refused_appear_by_themselves(
    open_console: OpenConsole, ingest: IngestClient
) -> None:
    name = f"Arrived {secrets.token_hex(4)}"
    page = _connected(open_console(ADMIN).open("/p/default/live"))
    ingest.send("track", userId="user-1", event=name, properties={"<b>": "</script>"})
    row = page.locator("tr[data-row]", has_text=name)
    expect(row).to_contain_text("accepted")
    expect(row).to_contain_text("user-1")

    assert ingest.send("track", key="no-such-key", event="Lost") == 401
    refused = page.locator("tr[data-status=refused]", has_text="401").first
    expect(refused).to_contain_text("This key is unknown")
    expect(refused).to_contain_text("dropped")
    refused.get_by_role("link").first.click()
    page.get_by_role("link", name="Open full details").click()
    expect(page.locator(".note.bad")).to_contain_text("401")
    page.go_back()

    _connected(page).get_by_role("link", name=name).first.click()
    page.get_by_role("link", name="Open full details").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)
    expect(page.get_by_role("heading", name="Stored")).to_be_visible()


def test_a_paused_stream_counts_what_waits_and_shows_it_afterwards(
    open_console: OpenConsole, ingest: IngestClient
) -> None:
    name = f"Waiting {secrets.token_hex(4)}"
    page = _connected(open_console(VIEWER).open(f"/p/default/live?name={name}"))
    page.keyboard.press("p")
    expect(page.locator("#state")).to_have_text("Paused")
    for _ in range(3):
        ingest.send("track", userId="user-1", event=name)
    expect(page.get_by_role("button", name="Resume (3 waiting)")).to_be_visible()
    expect(page.locator("#waiting")).to_have_text("3 waiting")
    expect(page.locator("tr[data-row]")).to_have_count(0)
    page.get_by_role("button", name="Resume").click()
    expect(page.locator("tr[data-row]")).to_have_count(3)
    expect(page.get_by_role("button", name="Pause")).to_be_visible()


def test_no_more_rows_are_shown_than_can_be_read(open_console: OpenConsole, ingest: IngestClient) -> None:
    name = f"Many {secrets.token_hex(4)}"
    page = _connected(open_console(VIEWER).open(f"/p/default/live?name={name}"))
    for _ in range(7):
        batch = [{"type": "track", "userId": "user-1", "event": name} for _ in range(100)]
        assert ingest.send("batch", batch=batch) == 200
        page.wait_for_timeout(150)
    expect(page.locator("tr[data-row]")).to_have_count(500)


def test_filters_are_in_the_url_and_apply_to_new_events(open_console: OpenConsole, ingest: IngestClient) -> None:
    mark = secrets.token_hex(4)
    page = _connected(open_console(VIEWER).open(f"/p/default/live?q={mark}"))
    page.get_by_label("Status").select_option("accepted")
    page.wait_for_url("**status=accepted**")
    _connected(page)
    ingest.send("track", userId="user-1", event="Other")
    ingest.send("track", userId="user-1", event="Wanted", properties={"mark": mark})
    expect(page.locator("tr[data-row]")).to_have_count(1)
    expect(page.locator("tr[data-row]")).to_contain_text("Wanted")
    page.get_by_role("link", name="Clear").click()
    page.wait_for_url("**/live")


def test_without_script_the_newest_messages_are_listed(open_console: OpenConsole, ingest: IngestClient) -> None:
    name = f"Plain {secrets.token_hex(4)}"
    ingest.send("track", userId="user-1", event=name)
    page = open_console(VIEWER, java_script_enabled=False).open(f"/p/default/live?name={name}")
    expect(page.get_by_role("link", name=name)).to_be_visible()
    expect(page.get_by_role("link", name="Reload")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_an_event_with_a_wrong_type_is_not_green_and_says_why(open_console: OpenConsole, ingest: IngestClient) -> None:
    name = f"Priced {secrets.token_hex(4)}"
    window = open_console(VIEWER)
    page = _connected(window.open(f"/p/default/live?name={name.upper()}"))
    ingest.send("track", userId="user-1", event=name, properties={"price": 1})
    expect(page.locator("tr[data-state=accepted]")).to_have_count(1)
    for _ in range(100):
        ingest.send("track", userId="user-1", event=name, properties={"price": "9,50"})
        if page.locator("tr[data-state=errors]").count():
            break
        page.wait_for_timeout(100)
    row = page.locator("tr[data-state=errors]").first
    expect(row.locator(".badge.warn")).to_have_text("accepted with errors")
    expect(row).to_contain_text("price: Expected number, got string")

    row.locator("td").last.click()
    detail = page.get_by_role("region", name=name)
    expect(detail).to_be_focused()
    expect(detail).to_contain_text("Expected number, got string")
    expect(detail.locator("pre")).to_contain_text('"price": "9,50"')
    listed = page.locator("#live").bounding_box()
    shown = detail.bounding_box()
    assert listed is not None
    assert shown is not None
    assert shown["x"] > listed["x"] + 300
    assert window.audit() == []
    page.set_viewport_size({"width": 390, "height": 844})
    # Both at once: a row that arrives between two measurements makes the list longer.
    under = """() => {
        const [detail, list] = ["#detail", ".list"].map((each) => document.querySelector(each).getBoundingClientRect());
        return detail.top - list.bottom;
    }"""
    assert page.evaluate(under) >= 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.keyboard.press("Escape")
    expect(detail).to_be_hidden()
    page.reload()
    expect(page.locator("tr[data-state=errors]").first).to_contain_text("price: Expected number, got string")


def test_rows_stay_where_they_are_while_others_arrive_and_while_one_is_open(
    open_console: OpenConsole, ingest: IngestClient
) -> None:
    name = f"Steady {secrets.token_hex(4)}"
    batch = [{"type": "track", "userId": f"u{number}", "event": name} for number in range(60)]
    assert ingest.send("batch", batch=batch) == 200
    page = _connected(open_console(VIEWER).open(f"/p/default/live?name={name}"))
    expect(page.locator("tr[data-row]")).to_have_count(60)
    page.locator(".list").evaluate("(list) => { list.scrollTop = 600; }")
    row = page.locator("tr[data-row]", has_text="u20").first

    def top() -> float:
        return float(row.evaluate("(row) => row.getBoundingClientRect().top"))

    row.locator("td").last.click()
    expect(page.locator("#detail pre")).to_contain_text("u20")
    before = top()
    ingest.send("track", userId="late", event=name)
    expect(page.locator("tr[data-row]")).to_have_count(61)
    assert abs(top() - before) <= 1
    expect(page.locator("tr.chosen")).to_contain_text("u20")


def test_a_rejected_request_is_shown_next_to_the_list(open_console: OpenConsole, ingest: IngestClient) -> None:
    assert ingest.send("track", key="no-such-key", event="Lost") == 401
    page = _connected(open_console(ADMIN).open("/p/default/live?status=refused"))
    page.locator("tr[data-status=refused]", has_text="401").first.get_by_role("link").first.click()
    expect(page.locator("#detail pre")).to_contain_text('"event": "Lost"')
    page.get_by_role("button", name="Close").click()
    expect(page.locator("#detail")).to_be_hidden()


def test_times_are_in_utc_where_the_browser_does_not_know_the_zone(
    open_console: OpenConsole, ingest: IngestClient
) -> None:
    def with_unknown_zone(route: Route) -> None:
        response = route.fetch()
        page, count = re.subn('data-zone="[^"]+"', 'data-zone="Europe/Atlantis"', response.text())
        assert count == 1
        route.fulfill(response=response, body=page)

    name = f"Zoned {secrets.token_hex(4)}"
    window = open_console(VIEWER)
    for path in ("live", ""):
        window.page.route(re.compile(f"/p/default/{path}$"), with_unknown_zone)
    page = _connected(window.open("/p/default/live"))
    ingest.send("track", userId="u-zone", event=name)
    row = page.locator("tr[data-row]", has_text=name)
    expect(row.locator("time")).to_have_text(re.compile(r"^\d\d:\d\d:\d\d$"))
    assert (row.locator("time").get_attribute("datetime") or "")[11:19] == row.locator("time").text_content()
    window.open("/p/default/")
    expect(page.locator(".series canvas").first).to_be_visible()
