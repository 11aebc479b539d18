"""The snippets that the documentation, the console and the command line print, executed as they are printed."""

from __future__ import annotations

import hashlib
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from html import unescape
from http import HTTPStatus
from pathlib import Path
from typing import Any

import httpx
import pytest
from playwright.sync_api import Browser, Page, Request, Route
from tests.browser.pages import Pages, serving_pages
from tests.browser.visitors import IDLE, names, profile
from tests.server_process import Server

GUIDE = (Path(__file__).parents[2] / "docs" / "how-to" / "sdk.md").read_text()
DOCUMENTED = "https://cdp.example.com"
"""The server's address in the documentation, where its snippet is run: requests to it reach the tests' server."""

NONCE = "rAnd0m"
WATCH = """
window.violations = [];
addEventListener("securitypolicyviolation", ({ effectiveDirective, blockedURI, sample }) => {
  violations.push(`${effectiveDirective} ${blockedURI} ${sample}`);
});
"""


def blocks(language: str) -> list[str]:
    """The guide's code blocks about web sites, in a language."""
    section = GUIDE.partition("\n## A web site\n")[2].partition("\n## ")[0]
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.DOTALL | re.MULTILINE)


def printed(server: Server, kind: str) -> str:
    """What `passerby snippet` prints."""
    url = f"http://127.0.0.1:{server.port}"
    command = [sys.executable, "-m", "passerby", "snippet", kind, "--url", url, "--data", str(server.data)]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def shown(server: Server, source: str, language: str) -> str:
    """What one of the console's pages of sources shows for copying."""
    console = f"http://127.0.0.1:{server.console_port}"
    form = {"user": "admin", "password": server.keys["console"]["password"]}
    with httpx.Client(base_url=console, headers={"Origin": console}, timeout=60) as client:
        assert client.post("/sign-in", data=form).status_code == HTTPStatus.SEE_OTHER
        page = client.get(f"/p/default/sources/{source}", params={"language": language})
    found = re.search(r'<pre id="snippet"[^>]*>(.*?)</pre>', page.text, re.DOTALL)
    assert found is not None
    return unescape(found[1])


SNIPPETS: Mapping[str, Callable[[Server], str]] = {
    "documentation": lambda _: blocks("html")[0],
    "command-web": lambda server: printed(server, "web"),
    "command-gtm": lambda server: printed(server, "gtm"),
    "console-website": lambda server: shown(server, "platforms/website", "Web page"),
    "console-antsomi": lambda server: shown(server, "antsomi", "Web page"),
    "console-gtm": lambda server: shown(server, "platforms/website", "Google Tag Manager"),
}


@pytest.fixture(scope="module")
def pages() -> Iterator[Pages]:
    with serving_pages() as served:
        yield served


@pytest.fixture(scope="session", autouse=True)
def documented_ids(server: Server) -> None:
    """The project also has the ids that stand in the documentation."""
    base = [sys.executable, "-m", "passerby", "keys", "add", "--data", str(server.data)]
    for kind, value in (("antsomi.portal_id", "123"), ("antsomi.prop_id", "456")):
        subprocess.run([*base, kind, "--value", value], check=True, capture_output=True)
    deadline = time.monotonic() + 30
    url = f"http://127.0.0.1:{server.port}/event?portal_id=123&prop_id=456&resp_type=json"
    while httpx.post(url, json={}, timeout=60).status_code == HTTPStatus.UNAUTHORIZED:
        assert time.monotonic() < deadline
        time.sleep(0.1)


@pytest.fixture(scope="module", params=SNIPPETS)
def snippet(request: pytest.FixtureRequest, server: Server) -> str:
    return SNIPPETS[request.param](server).replace("{{product}}", '{ "type": "product", "id": "p1", "name": "Shoe" }')


class Site:
    """A page with a snippet in a browser of its own; the SDK's file is held back until `load`."""

    def __init__(self, chromium: Browser, server: Server, pages: Pages) -> None:
        self.server = server
        self._pages = pages
        self.context = chromium.new_context()
        self.context.set_default_timeout(30_000)
        self.context.add_init_script(WATCH)
        self.context.route(f"{DOCUMENTED}/**", self._redirected)
        self.context.route("**/sdk/web_event.js", self._held)
        self.context.on("request", self._seen)
        self.page: Page = self.context.new_page()
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.errors: list[str] = []
        self.sent: list[str] = []
        self.collector = f"http://127.0.0.1:{server.port}"
        self._waiting: list[Route] = []

    def open(self, html: str, policy: str = "") -> None:
        """Open a page under this content security policy; returns while the SDK's file is still on its way."""
        address = self._pages.put("/", html, {"Content-Security-Policy": policy} if policy else {})
        self.page.goto(address, wait_until="domcontentloaded")

    def load(self) -> None:
        """Let the SDK's file through."""
        while not self._waiting:
            self.page.wait_for_timeout(20)
        for route in self._waiting:
            self._redirected(route)
        self.page.wait_for_function("() => window.web_event.version")

    def done(self) -> None:
        self.page.wait_for_function(IDLE)
        assert self.page.evaluate("violations") == []
        assert self.errors == []

    def _held(self, route: Route) -> None:
        self._waiting.append(route)

    def _redirected(self, route: Route) -> None:
        route.fulfill(response=route.fetch(url=route.request.url.replace(DOCUMENTED, self.collector)))

    def _seen(self, request: Request) -> None:
        if "/event?" in request.url:
            self.sent.append(request.url)


@pytest.fixture
def site(chromium: Browser, server: Server, pages: Pages) -> Iterator[Site]:
    site = Site(chromium, server, pages)
    yield site
    site.context.close()


@pytest.fixture
def address(request: pytest.FixtureRequest) -> str:
    """An address of this test's own."""
    return f"{hashlib.sha256(request.node.nodeid.encode()).hexdigest()[:12]}@example.com"


def written(snippet: str, script: str = "", settings: str = "", nonce: str = "") -> str:
    """A page with the snippet in its head, settings before and a script after."""
    own = f' nonce="{nonce}"' if nonce else ""
    text = f"<script>{settings}</script>\n{snippet}\n<script>{script}</script>".replace("<script>", f"<script{own}>")
    return f"<!doctype html><html><head><title>Shop</title><link rel=icon href=data:,>\n{text}\n</head></html>"


def calls(address: str) -> str:
    """The guide's own calls, for a customer with this address. It leaves the visitor signed in as that customer."""
    track, identify, sign_in = blocks("js")
    given = f'var email = "{address}"; var name = "Ann";'
    identify = identify.replace("user-42", f"id-{address}").replace("ann@example.com", address)
    return f"{given}\n{track}\n{sign_in}\n{identify}"


def customer(server: Server, address: str) -> Any:
    digest = hashlib.md5(address.encode(), usedforsecurity=False).hexdigest()
    return profile(server, "user_id", digest)


def check_signed_in(server: Server, address: str) -> None:
    """The documented calls arrived: the event and the sign-in, and the one-line identify for the next customer."""
    found = customer(server, address)
    assert {"product/add_to_cart", "user/sign_in"} <= set(names(server, found))
    assert found["traits"]["name"] == "Ann"
    identified = profile(server, "user_id", f"id-{address}")
    assert identified["traits"] == {"name": "Ann", "email": address}
    assert "user/identify" in names(server, identified)


def test_calls_before_the_sdk_is_loaded_arrive(site: Site, snippet: str, address: str) -> None:
    site.open(written(snippet, calls(address)))
    assert site.page.evaluate("web_event.version") is None
    site.load()
    site.done()
    check_signed_in(site.server, address)


def test_calls_after_the_sdk_is_loaded_arrive(site: Site, snippet: str, address: str) -> None:
    site.open(written(snippet))
    site.load()
    site.page.evaluate(calls(address))
    site.done()
    check_signed_in(site.server, address)


def test_calls_wait_for_consent(site: Site, snippet: str, address: str) -> None:
    settings = 'window._cdp365Analytics = { consent: "required" };'
    site.open(written(snippet, calls(address), settings))
    site.load()
    site.page.wait_for_timeout(600)
    assert site.sent == []
    assert site.page.evaluate("[localStorage.length, document.cookie]") == [0, ""]
    site.page.evaluate("web_event.consent(true)")
    site.done()
    check_signed_in(site.server, address)


@pytest.mark.parametrize("situation", ["nonce", "trusted-types", "trusted-types-of-any-name"])
def test_a_content_security_policy_is_kept(site: Site, snippet: str, address: str, situation: str) -> None:
    connect = f"connect-src {DOCUMENTED} {site.collector}"
    trusted = "require-trusted-types-for 'script'"
    policy = {
        "nonce": f"default-src 'none'; img-src data:; script-src 'nonce-{NONCE}'; {connect}",
        "trusted-types": f"{trusted}; trusted-types passerby; script-src 'nonce-{NONCE}'; {connect}",
        "trusted-types-of-any-name": trusted,
    }[situation]
    html = written(snippet, calls(address), nonce=NONCE)
    site.open(html, policy)
    site.load()
    site.done()
    check_signed_in(site.server, address)


def test_a_page_that_allows_other_policies_alone_and_asks_for_none_loads_the_sdk(site: Site, address: str) -> None:
    html = written(printed(site.server, "web"), calls(address))
    site.open(html, "trusted-types other")
    site.load()
    site.page.wait_for_function(IDLE)
    check_signed_in(site.server, address)


def test_a_snippet_of_the_vendor_s_shape_works_with_the_address_of_its_script_changed(site: Site, address: str) -> None:
    keys = site.server.keys["antsomi"]
    snippet = f"""<script>
      window._portalId = {keys["portal_id"]};
      window._propId = {keys["prop_id"]};
      window.web_event = function () {{ (web_event.queue = web_event.queue || []).push(arguments); }};
      web_event.track = function () {{ web_event.apply(null, arguments); }};
    </script>
    <script async src="{site.collector}/sdk/web_event.js"></script>"""
    track, _, sign_in = blocks("js")
    site.open(written(snippet, f'var email = "{address}"; var name = "Ann";{track}{sign_in}'))
    site.load()
    site.done()
    found = customer(site.server, address)
    assert {"product/add_to_cart", "user/sign_in"} <= set(names(site.server, found))


def test_the_tag_manager_s_event_arrives(site: Site, address: str) -> None:
    text = printed(site.server, "gtm").replace("{{product}}", f'{{ type: "product", id: "{address}", name: "Shoe" }}')
    site.open(written(text))
    site.load()
    site.done()
    uid = site.page.evaluate("web_event.getUid()")
    found = profile(site.server, "anonymous_id", uid)
    assert "product/add_to_cart" in names(site.server, found)
