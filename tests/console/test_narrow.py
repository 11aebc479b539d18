"""Long names widen no page, and on phones a table's rows are cards that name each value."""

from __future__ import annotations

import secrets

import httpx
import pytest
from playwright.sync_api import Page, expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, ConsoleServer

PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="session")
def long_name(console: ConsoleServer) -> str:
    """A project with the longest name that one may have, in which an event has a long name without a space."""
    name = f"n{secrets.token_hex(31)}"
    keys = console.new_project(name)
    event = {"userId": "w" * 200, "event": "LongEventName" * 15, "properties": {"p" * 180: "v" * 500}}
    sent = httpx.post(f"{console.ingest}/v1/track", json=event, auth=(keys["segment"]["write_key"], ""), timeout=60)
    assert sent.status_code == 200
    bearer = {"Authorization": f"Bearer {keys['api_token']}"}
    assert httpx.get(f"{console.url}/v1/stats", params={"wait": 20}, headers=bearer, timeout=60).status_code == 200
    return name


def test_a_long_name_widens_no_page(open_console: OpenConsole, long_name: str) -> None:
    window = open_console(ADMIN)
    for path in ("/", "/live", "/profiles", "/catalogue", "/sources", "/settings", "/health"):
        page = window.open(f"/p/{long_name}{path}")
        for width in (1440, 1024, 390):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
        page.get_by_text("Menu", exact=True).click()
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


def _cut(page: Page) -> list[str]:
    """Texts of the tables' cells that reach beyond the edge of the window."""
    script = """(cells) => cells.filter((cell) => cell.getBoundingClientRect().right > innerWidth + 1
        || cell.scrollWidth > cell.clientWidth + 1).map((cell) => cell.textContent)"""
    found: list[str] = page.locator(".carded tbody :is(th, td)").evaluate_all(script)
    return found


@pytest.mark.parametrize("path", ["/", "/profiles", "/settings/tokens", "/settings/audit", "/sources/segment"])
def test_on_phones_rows_are_cards_with_the_names_of_their_columns(open_console: OpenConsole, path: str) -> None:
    window = open_console(ADMIN, viewport=PHONE)
    page = window.open(f"/p/default{path}")
    row = page.locator(".carded tbody tr").first
    expect(row).to_be_visible()
    assert row.evaluate("(row) => getComputedStyle(row).display") == "block"
    assert _cut(page) == []
    label = row.locator("td, th").last.get_attribute("data-label")
    assert label == page.locator(".carded thead th").last.inner_text() or label
    assert page.get_by_role("table").first.get_by_role("columnheader").count() > 1
    assert window.audit() == []


def test_a_long_error_next_to_the_live_list_does_not_widen_the_page(
    open_console: OpenConsole, console: ConsoleServer
) -> None:
    page = open_console(ADMIN).open("/p/default/live")
    url = f"{console.ingest}/v1/track"
    key = console.server.keys["segment"]["write_key"]
    event = f"long-error-{secrets.token_hex(4)}"
    assert httpx.post(url, json={"userId": "u", "event": event}, auth=(key, ""), timeout=60).status_code == 200
    row = page.locator("tr[data-row]", has_text=event)
    row.locator("a").first.click()
    expect(page.locator(".detail")).to_be_visible()
    page.evaluate("""() => {
        const error = document.createElement("span");
        error.className = "reason";
        error.textContent = "w".repeat(300);
        const line = document.createElement("li");
        line.append(error);
        document.querySelector("#detail-errors").append(line);
    }""")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_words_of_a_narrow_column_are_not_broken(open_console: OpenConsole) -> None:
    page = open_console(ADMIN, viewport={"width": 800, "height": 900}).open("/p/default/settings/audit")
    cells = page.locator("tbody tr").first.locator("td")
    cells.last.evaluate("(cell) => { cell.textContent = 'many words '.repeat(200); }")
    who = cells.nth(1)
    assert who.evaluate("(cell) => cell.getBoundingClientRect().width") >= 100


def test_fields_of_a_filter_have_one_height(open_console: OpenConsole) -> None:
    page = open_console(ADMIN).open("/p/default/live")
    fields = page.locator("main form").first.locator("input:not([type=hidden]), select")
    assert len(set(fields.evaluate_all("(all) => all.map((one) => one.getBoundingClientRect().height)"))) == 1
