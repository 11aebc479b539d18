"""Every screen of the console, by name: its address in the project's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.console.office import Office

SCREENS: Mapping[str, Callable[[Office], str]] = {
    "overview": lambda _: "/p/default/",
    "health": lambda _: "/p/default/health",
}
