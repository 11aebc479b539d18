"""Every screen with a day's data has no errors in light and dark, wide and narrow, for every role."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest
from tests.console.conftest import Looks
from tests.console.office import ADMIN, VIEWER, Office
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
def test_a_screen_is_shown_without_a_fault_and_shuts_nobody_out(looks: Looks, office: Office, name: str) -> None:
    found = list[str]()
    SHOTS.mkdir(exist_ok=True)
    desk = looks(ADMIN)
    page = desk.open(SCREENS[name](office))
    for title, look in LOOKS.items():
        page.set_viewport_size({"width": look.width, "height": 900})
        page.emulate_media(color_scheme=look.colours)
        page.screenshot(path=SHOTS / f"{name}-{title}.png", full_page=True)
        assert page.evaluate("document.documentElement.scrollWidth") <= look.width, f"wider than the window: {title}"
        found += [] if look.audit is None else desk.audit(**look.audit)
    assert not found


def test_every_screen_has_a_title_of_its_own(office: Office) -> None:
    with office.client(ADMIN) as client:
        pages = {name: client.get(address(office)).text for name, address in SCREENS.items()}
    titles = {name: text.partition("<title>")[2].partition("</title>")[0] for name, text in pages.items()}
    assert all(title.endswith(" · Passerby") for title in titles.values())
    assert len(set(titles.values())) == len(titles)


def test_every_screen_is_shown_to_viewers_and_has_a_twin(office: Office) -> None:
    with office.client(VIEWER) as client:
        for name in SCREENS.keys() - FOR_ADMINISTRATORS:
            path, _, query = SCREENS[name](office).partition("?")
            shown = client.get(f"{path}?{query}")
            assert shown.status_code == 200, name
            assert shown.headers["content-type"].startswith("text/html")
            twin = client.get(f"{path.rstrip('/')}.json?{query}")
            assert twin.status_code == 200, name
            assert isinstance(twin.json(), dict), name


def test_no_page_holds_script_or_style_of_its_own(office: Office) -> None:
    with office.client(ADMIN) as client:
        for name, address in SCREENS.items():
            text = client.get(address(office)).text
            for forbidden in ("<style", " style=", "onclick=", "onload=", "javascript:"):
                assert forbidden not in text, (name, forbidden)
            for tag in text.split("<script")[1:]:
                assert tag.lstrip().startswith("src="), (name, tag[:80])
