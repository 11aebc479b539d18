"""Every screen with a day's data has no errors in light and dark, wide and narrow, for every role."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from tests.console.conftest import OpenConsole
from tests.console.console_server import ADMIN, VIEWER, ConsoleServer
from tests.console.screens import FOR_ADMINISTRATORS, SCREENS

SHOTS = Path(__file__).parent / "screenshots"
"""Where every screen is to be seen after a run; git does not keep it."""


class Look(NamedTuple):
    """How wide the window is, which colours its user likes, and what axe-core looks for (None: nothing).

    It looks for everything once, and by look for what differs with it: that takes most of the time here.
    """

    width: int
    colours: Literal["light", "dark"]
    audit: dict[str, Any] | None


LOOKS = {
    "light": Look(1440, "light", {}),
    "dark": Look(1440, "dark", {"runOnly": ["color-contrast"]}),
    "narrow": Look(390, "light", {"runOnly": ["scrollable-region-focusable", "nested-interactive"]}),
    "narrow-dark": Look(390, "dark", None),
}


@pytest.mark.parametrize("name", SCREENS)
def test_a_screen_has_no_errors_and_is_accessible(open_console: OpenConsole, console: ConsoleServer, name: str) -> None:
    found = list[str]()
    SHOTS.mkdir(exist_ok=True)
    window = open_console(ADMIN)
    page = window.open(SCREENS[name](console))
    for title, look in LOOKS.items():
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.colours)
        page.screenshot(path=SHOTS / f"{name}-{title}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width, f"wider than the window: {title}"
        found += [] if look.audit is None else window.audit(**look.audit)
    assert not found


def test_every_screen_has_a_title_of_its_own(console: ConsoleServer) -> None:
    with console.client(ADMIN) as client:
        pages = {name: client.get(address(console)).text for name, address in SCREENS.items()}
    titles = {name: text.partition("<title>")[2].partition("</title>")[0] for name, text in pages.items()}
    assert all(title.endswith(" · Passerby") for title in titles.values())
    assert len(set(titles.values())) == len(titles)


def test_every_screen_is_shown_to_viewers_and_has_a_twin(console: ConsoleServer) -> None:
    with console.client(VIEWER) as client:
        for name in SCREENS.keys() - FOR_ADMINISTRATORS:
            path, _, query = SCREENS[name](console).partition("?")
            shown = client.get(f"{path}?{query}")
            assert shown.status_code == 200, name
            assert shown.headers["content-type"].startswith("text/html")
            as_json = client.get(f"{path.rstrip('/')}.json?{query}")
            assert as_json.status_code == 200, name
            assert isinstance(as_json.json(), dict), name


def test_no_page_holds_script_or_style_of_its_own(console: ConsoleServer) -> None:
    with console.client(ADMIN) as client:
        for name, address in SCREENS.items():
            text = client.get(address(console)).text
            for forbidden in ("<style", " style=", "onclick=", "onload=", "javascript:"):
                assert forbidden not in text, (name, forbidden)
            for tag in text.split("<script")[1:]:
                assert tag.lstrip().startswith("src="), (name, tag[:80])
