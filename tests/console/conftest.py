"""One server with a day's data for all tests of the console, and Chromium to look at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from playwright.sync_api import Browser, expect, sync_playwright
from tests.browser.conftest import FLAGS
from tests.console.looking import PATIENCE_MS, Desk
from tests.console.office import ADMIN, Office
from tests.sdk.tools import program
from tests.serving import serving

Looks = Callable[..., Desk]


@pytest.fixture(scope="session")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with serving(tmp_path_factory.mktemp("console") / "data") as server:
        office = Office(server)
        office.seed()
        yield office


@pytest.fixture(autouse=True)
def only_administrator(request: pytest.FixtureRequest) -> Iterator[None]:
    """Remove other administrators that a test leaves behind, and fail it: tests rely on there being only one."""
    yield
    office = request.getfixturevalue("office") if "office" in request.fixturenames else None
    if not isinstance(office, Office):  # a test that builds an office of its own shares no users
        return
    with office.client(ADMIN) as client:
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
def looks(chromium: Browser, office: Office) -> Iterator[Looks]:
    """A function that lets a user look at the console; in the end, no page of theirs may have had a fault."""
    with ExitStack() as stack:
        desks: list[Desk] = []

        def looks(user: str = "", **options: object) -> Desk:
            context = chromium.new_context(base_url=office.url, **options)  # type: ignore[arg-type]  # any of its own
            stack.callback(context.close)
            if user:
                cookie = {"name": "passerby_session", "value": office.session(user), "url": office.url}
                context.add_cookies([cookie])  # type: ignore[list-item]  # a dict of the right kind
            desks.append(Desk(context))
            return desks[-1]

        yield looks
        assert [fault for desk in desks for fault in desk.faults] == []
