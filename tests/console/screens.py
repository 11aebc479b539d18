"""Every screen of the console, by name: its address in the project's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.console.console_server import ConsoleServer

FOR_ADMINISTRATORS = frozenset(
    {"health-alerts", "settings-audit", "settings-test-data", "key-revoke", "key-rotate", "user-remove"}
)
SCREENS: Mapping[str, Callable[[ConsoleServer], str]] = {
    "overview": lambda _: "/p/default/",
    "live": lambda _: "/p/default/live",
    "event": lambda console: f"/p/default/events/{console.event}",
    "profiles": lambda _: "/p/default/profiles",
    "search": lambda _: "/p/default/profiles?q=demo-1-000&stage=customer&columns=stage&columns=trait%3Aemail",
    "profile": lambda console: f"/p/default/profiles/{console.profile}",
    "identity": lambda console: f"/p/default/profiles/{console.profile}/identity",
    "catalogue": lambda _: "/p/default/catalogue",
    "health": lambda _: "/p/default/health",
    "health-alerts": lambda _: "/p/default/health/alerts",
    "sources": lambda _: "/p/default/sources",
    "platform": lambda _: "/p/default/sources/platforms/website",
    "platform-segment": lambda _: "/p/default/sources/platforms/segment",
    "source": lambda _: "/p/default/sources/antsomi",
    "source-customerlabs": lambda _: "/p/default/sources/customerlabs",
    "user-remove": lambda _: "/p/default/settings/users/remove?name=sasha",
    "key-revoke": lambda console: f"/p/default/sources/customerlabs/keys/{console.webhook}/revoke",
    "key-rotate": lambda console: f"/p/default/sources/customerlabs/keys/{console.webhook}/rotate",
    "webhook": lambda console: f"/p/default/sources/customerlabs/{console.webhook}",
    "settings": lambda _: "/p/default/settings",
    "settings-test-data": lambda _: "/p/default/settings/test-data",
    "settings-tokens": lambda _: "/p/default/settings/tokens",
    "settings-audit": lambda _: "/p/default/settings/audit",
    "settings-policy": lambda _: "/p/default/settings/policy",
    "settings-users": lambda _: "/p/default/settings/users",
    "live-filtered": lambda _: "/p/default/live?status=refused&q=nothing+of+this+kind",
    "refused": lambda console: f"/p/default/live/rejected/{console.refused}",
    "undo": lambda console: f"/p/default/profiles/{console.profile}/identity/{console.merge}/undo",
    "merge": lambda console: f"/p/default/profiles/{console.profile}/identity/merge?with={console.other}",
    "duplicates": lambda _: "/p/default/duplicates",
    "duplicates-dismissed": lambda _: "/p/default/duplicates?dismissed=true",
    "duplicate": lambda console: f"/p/default/duplicates/{console.profile}/{console.other}",
    "detach": lambda console: f"/p/default/profiles/{console.profile}/identity/detach?{console.identifier}",
    "mark": lambda _: "/p/default/catalogue/mark?event=Viewed+Product",
    "catalogue-edit": lambda _: "/p/default/catalogue/edit?event=Viewed+Product&do=merge&to=Product+Viewed",
    "catalogue-edit-trait": lambda _: "/p/default/catalogue/edit?attribute=email&do=type&to=date",
    "catalogue-traits": lambda _: "/p/default/catalogue?part=traits",
    "catalogue-violations": lambda _: "/p/default/catalogue?part=violations",
}
