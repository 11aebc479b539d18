"""The console serves the documentation, and the API's description in a viewer; no page loads from another server."""

from __future__ import annotations

import gzip
import hashlib
import re
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import expect
from tests.console.conftest import OpenConsole
from tests.console.console_server import VIEWER, ConsoleServer
from tests.console.screens import FOR_ADMINISTRATORS, SCREENS
from tests.console.test_screens import LOOKS, SHOTS
from tests.console.test_static import listed

from passerby.console import documentation
from passerby.console.documentation import GUIDES, SECTIONS, pages, sections
from passerby.console.static import viewer_file, viewer_url

DOCS = Path(__file__).parents[2] / "docs"
VIEWER_FOLDER = Path(str(resources.files("passerby.console"))) / "viewer"
HREF = re.compile(r'href="([^"]*)"')


@pytest.fixture
def reader(console: ConsoleServer) -> Iterator[httpx.Client]:
    """A client without a session."""
    with console.client() as client:
        yield client


def test_every_file_of_the_documentation_is_a_page_with_its_own_title() -> None:
    files = {str(path.relative_to(DOCS)).removesuffix(".md").removesuffix("/README") for path in DOCS.rglob("*.md")}
    assert set(pages()) == files
    assert set(SECTIONS) <= {page.section for page in pages().values()}
    assert [page for _, members in sections() for page in members] == list(pages().values())
    titles = [page.title for page in pages().values()]
    assert len(set(titles)) == len(titles)
    assert not set(titles) & files


def test_every_page_is_public_and_every_link_in_it_leads_to_a_page_and_a_heading(reader: httpx.Client) -> None:
    shown = {page.url: reader.get(page.url) for page in pages().values()}
    shown |= {path: reader.get(path) for path in ("/docs", "/docs/api", "/openapi.json")}
    assert {answer.status_code for answer in shown.values()} == {200}
    for url, answer in shown.items():
        for href in HREF.findall(answer.text) if url != "/openapi.json" else ():
            target, _, fragment = href.partition("#")
            if href.startswith(("http://", "https://", "/static/", "/docs/viewer/")) or href == "/":
                continue
            assert (target or url) in shown, (url, href)
            assert not fragment or f'id="{fragment}"' in shown[target or url].text, (url, href)


def test_a_page_in_no_folder_or_in_a_new_one_is_listed_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for file in ("glossary.md", "recipes/one.md", "how-to/two.md"):
        (tmp_path / file).parent.mkdir(exist_ok=True)
        (tmp_path / file).write_text(f"# The `{file}`\n\n[Outside](../../other.md) and [far](mailto:a@example.com)\n")
    monkeypatch.setattr(documentation, "folder", lambda: tmp_path)
    pages.cache_clear()
    try:
        assert [title for title, _ in sections()] == ["General", "How-to guides"]
        assert pages()["glossary"].title == "The glossary.md"
        assert '<a>Outside</a> and <a href="mailto:a@example.com">far</a>' in pages()["recipes/one"].html
    finally:
        pages.cache_clear()


def test_a_page_that_is_not_there_is_not_found(reader: httpx.Client) -> None:
    for path in ("nothing", "how-to/nothing", "how-to/sdk.md", "../pyproject.toml", "viewer/0/start.js"):
        assert reader.get(f"/docs/{path}").status_code == 404, path
    assert reader.get(viewer_url("start.js").replace("start.js", "other.js")).status_code == 404


def test_pages_hold_no_script_no_style_and_nothing_raw() -> None:
    for page in pages().values():
        assert not re.search(r"<script|<style|<iframe|<img|\sstyle=|\son\w+=", page.html), page.path
        assert "<h1" in page.html


def test_every_screen_leads_to_the_page_that_explains_it(console: ConsoleServer) -> None:
    assert {name for _, name in GUIDES} <= set(pages())
    with console.client(VIEWER) as client:
        for name in SCREENS.keys() - FOR_ADMINISTRATORS:
            links = HREF.findall(client.get(SCREENS[name](console)).text)
            assert {"/docs", "/docs/api"} <= set(links), name
            assert any(link.removeprefix("/docs/") in pages() for link in links), name
        assert 'href="/docs/how-to/sdk"' in client.get("/p/default/sources").text


def test_the_viewer_is_unchanged_and_has_its_licences() -> None:
    found = {path.stem: gzip.decompress(path.read_bytes()) for path in VIEWER_FOLDER.glob("*.gz")}
    assert {name: hashlib.sha256(content).hexdigest() for name, content in found.items()} == listed(VIEWER_FOLDER)
    assert "Apache License" in (VIEWER_FOLDER / "swagger-ui.LICENSE").read_text()
    assert "SmartBear" in (VIEWER_FOLDER / "swagger-ui.NOTICE").read_text()
    assert "MIT License" in (VIEWER_FOLDER / "swagger-ui-bundle.LICENSES").read_text()


@pytest.mark.parametrize("name", ["swagger-ui-bundle.js", "swagger-ui.css", "start.js"])
def test_the_viewer_s_files_are_kept_for_good_and_sent_packed_where_that_is_understood(
    reader: httpx.Client, name: str
) -> None:
    plain = gzip.decompress(viewer_file(name).packed)
    for accepted, encoding in (("gzip", "gzip"), ("identity", None)):
        answer = reader.get(viewer_url(name), headers={"Accept-Encoding": accepted})
        assert answer.content == plain
        assert answer.headers.get("content-encoding") == encoding
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize("path", ["/docs", "/docs/how-to/sdk", "/docs/reference/settings"])
def test_documentation_is_shown_without_a_fault(open_console: OpenConsole, path: str) -> None:
    window = open_console()
    page = window.open(path)
    found = list[str]()
    SHOTS.mkdir(exist_ok=True)
    for title, look in LOOKS.items():
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.colours)
        page.screenshot(path=SHOTS / f"{path.strip('/').replace('/', '-')}-{title}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width, title
        found += [] if look.audit is None else window.audit(**look.audit)
    assert not found


def test_the_viewer_shows_every_call_under_the_console_s_policy_and_asks_no_other_server(
    open_console: OpenConsole, console: ConsoleServer, reader: httpx.Client
) -> None:
    window = open_console()
    asked = list[str]()
    window.page.on("request", lambda request: asked.append(request.url))
    page = window.open("/docs/api")
    operation = page.locator(".opblock", has_text="/v1/stats").first
    expect(operation).to_be_visible()
    described = reader.get("/openapi.json").json()["paths"].values()
    calls = [each[method] for each in described for method in each if method != "servers"]
    assert page.locator(".opblock").count() == sum(len(call["tags"]) for call in calls)
    for title, look in LOOKS.items():
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.colours)
        dark = "(dark) => document.documentElement.classList.contains('dark-mode') === dark"
        page.wait_for_function(dark, arg=look.colours == "dark")
        page.screenshot(path=SHOTS / f"docs-api-{title}.png")
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width, title
    assert {url for url in asked if not url.startswith(("data:", console.url))} == set()


def test_a_reading_call_can_be_tried_in_the_viewer(open_console: OpenConsole, console: ConsoleServer) -> None:
    page = open_console().open("/docs/api")
    page.get_by_role("button", name="Authorize").first.click()
    page.locator(".auth-container input").first.fill(str(console.server.keys["api_token"]))
    page.locator(".auth-btn-wrapper").get_by_role("button", name="Apply credentials").first.click()
    page.locator(".modal-ux-header button").click()
    operation = page.locator(".opblock", has_text="/v1/stats").first
    operation.locator(".opblock-summary-control").click()
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    expect(operation.locator(".live-responses-table .response .response-col_status")).to_contain_text("200")
