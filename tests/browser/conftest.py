"""A Chromium, a Passerby, a shop, and people who visit it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, sync_playwright
from tests.browser.shop import shop as opened
from tests.browser.visitors import Visitor
from tests.sdk.tools import program
from tests.server_process import Server, serving

from passerby.dialects.antsomi.snippets import Source, web

FLAGS = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
    "--host-resolver-rules=MAP shop.example 127.0.0.1",
)

Visits = Callable[..., Visitor]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Debian's own Chromium, without a window.

    Not for the whole session: as long as Playwright is there, no other test in this thread can run an event loop.
    """
    path = program("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a data directory of its own, shared by all browser tests; each test uses its own visitors."""
    with serving(tmp_path_factory.mktemp("browser") / "data") as running:
        yield running


@pytest.fixture(scope="session")
def collector(server: Server) -> str:
    """The address of the ingest port."""
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="session")
def shop(server: Server, collector: str) -> Iterator[int]:
    """The port of a shop with the snippet that `passerby snippet web` prints."""
    keys = server.keys["antsomi"]
    with opened(web(Source(collector, str(keys["portal_id"]), str(keys["prop_id"])))) as port:
        yield port


@pytest.fixture
def visits(chromium: Browser, shop: int) -> Iterator[Visits]:
    """A function that opens the shop as a new visitor. At teardown no page may have logged an error."""
    with ExitStack() as stack:
        visitors: list[Visitor] = []

        def visits(host: str = "localhost", **options: object) -> Visitor:
            context = chromium.new_context(**options)  # type: ignore[arg-type]
            stack.callback(context.close)
            context.set_default_timeout(30_000)
            visitors.append(Visitor(context, f"http://{host}:{shop}"))
            return visitors[-1]

        yield visits
        assert [error for each in visitors for error in each.errors] == []
