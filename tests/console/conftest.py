"""One server with a day's data for all tests of the console, and Chromium to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.browser.conftest import FLAGS
from tests.console.console_server import ADMIN, ConsoleServer
from tests.console.console_window import PATIENCE_MS, ConsoleWindow
from tests.sdk.tools import program
from tests.server_process import serving

OpenConsole = Callable[..., ConsoleWindow]


@pytest.fixture(scope="session")
def console(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ConsoleServer]:
    with serving(tmp_path_factory.mktemp("console") / "data") as server:
        console = ConsoleServer(server)
        console.seed()
        yield console


@pytest.fixture(autouse=True)
def only_administrator(request: pytest.FixtureRequest) -> Iterator[None]:
    """Remove other administrators that a test leaves behind, and fail it: tests rely on there being only one."""
    yield
    console = request.getfixturevalue("console") if "console" in request.fixturenames else None
    if not isinstance(console, ConsoleServer):  # a test with a server of its own shares no users
        return
    with console.client(ADMIN) as client:
        users = client.get("/p/default/settings/users.json").json()["users"]
        others = [user["name"] for user in users if user["role"] == "admin" and user["name"] != ADMIN]
        for name in others:
            client.post("/p/default/settings/users/remove", data={"name": name})
    assert not others


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Not for the whole session: as long as Playwright is there, no other test in this thread can run an event loop."""
    path = program("chromium")
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture
def open_console(chromium: Browser, console: ConsoleServer) -> Iterator[OpenConsole]:
    """A function that opens the console as a user. At teardown no page may have had an error."""
    with ExitStack() as stack:
        windows: list[ConsoleWindow] = []

        def open_console(user: str = "", **options: object) -> ConsoleWindow:
            context = chromium.new_context(base_url=console.url, **options)  # type: ignore[arg-type]  # any of its own
            stack.callback(context.close)
            if user:
                cookie = {"name": "passerby_session", "value": console.session(user), "url": console.url}
                context.add_cookies([cookie])  # type: ignore[list-item]  # a dict of the right kind
            windows.append(ConsoleWindow(context))
            return windows[-1]

        yield open_console
        assert [fault for window in windows for fault in window.faults] == []
