"""Every screen of the console, by name: its address in the project's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.console.office import Office

SCREENS: Mapping[str, Callable[[Office], str]] = {
    "overview": lambda _: "/p/default/",
    "live": lambda _: "/p/default/live",
    "event": lambda office: f"/p/default/events/{office.event}",
    "profiles": lambda _: "/p/default/profiles",
    "search": lambda _: "/p/default/profiles?q=a&stage=customer",
    "profile": lambda office: f"/p/default/profiles/{office.profile}",
    "identity": lambda office: f"/p/default/profiles/{office.profile}/identity",
    "catalogue": lambda _: "/p/default/catalogue",
    "health": lambda _: "/p/default/health",
    "sources": lambda _: "/p/default/sources",
    "source": lambda _: "/p/default/sources/antsomi",
    "source-customerlabs": lambda _: "/p/default/sources/customerlabs",
    "webhook": lambda office: f"/p/default/sources/customerlabs/{office.webhook}",
    "settings-policy": lambda _: "/p/default/settings/policy",
    "settings-users": lambda _: "/p/default/settings/users",
}
