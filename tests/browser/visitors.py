"""Visitors of the shop, and their profiles."""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote

from playwright.sync_api import BrowserContext, Cookie, Page
from tests.server_process import Server

Json = Any

PATIENCE_SECONDS: Final = 30
POLL_SECONDS: Final = 0.1

IDLE: Final = "() => window.web_event.version && !Object.keys(localStorage).some((key) => key.startsWith('_asm_q.'))"
"""The SDK is there and has nothing left to send."""


class Visitor:
    """One browser: its tabs share cookies and storage. Nothing that happens in them may reach the page as an error."""

    def __init__(self, context: BrowserContext, shop: str) -> None:
        self.context = context
        self.shop = shop
        self.errors: list[str] = []

    def tab(self) -> Page:
        page = self.context.new_page()
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        return page

    def open(self, path: str = "/", settings: Mapping[str, object] | None = None, page: Page | None = None) -> Page:
        """A tab with the shop in it, on which the SDK has come."""
        page = page or self.tab()
        chosen = f"#settings={quote(json.dumps(settings))}" if settings else ""
        page.goto(f"{self.shop}{path}{chosen}")
        page.wait_for_function("() => window.web_event.version")
        return page

    def cookies(self) -> dict[str, str]:
        found: list[Cookie] = self.context.cookies()
        return {cookie["name"]: cookie["value"] for cookie in found}

    @property
    def uid(self) -> str:
        return self.cookies()["_asm_uid"]

    def lose_cookies(self) -> None:
        self.context.clear_cookies()


def done(page: Page) -> None:
    """Return when the page has sent everything."""
    page.wait_for_function(IDLE)


def profile(server: Server, namespace: str, value: str) -> Json:
    """The profile that owns this identifier."""
    return server.read("/v1/profiles", namespace=namespace, value=value)


def visitor(server: Server, uid: str) -> Json:
    """The profile of a visitor."""
    return profile(server, "anonymous_id", uid)


def visitor_when(server: Server, uid: str, events: int) -> Json:
    """The profile of a visitor who has so many events, once it has them: nothing but time tells what a beacon did."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, found = server.api("GET", "/v1/profiles", namespace="anonymous_id", value=uid, wait=PATIENCE_SECONDS)
        if status == HTTPStatus.OK and found["event_count"] >= events:
            assert found["event_count"] == events
            return found
        assert time.monotonic() < deadline, (status, found)
        time.sleep(POLL_SECONDS)


def events(server: Server, found: Json) -> list[Json]:
    """The events of a profile, the oldest first."""
    return list(reversed(server.read(f"/v1/profiles/{found['id']}/events", limit=200)["events"]))


def names(server: Server, found: Json) -> list[str]:
    return [event["name"] for event in events(server, found)]


def steps(server: Server, found: Json) -> list[int]:
    """The numbers of a profile's steps, in the order in which they happened."""
    return [event["properties"]["index"] for event in events(server, found) if event["name"] == "step/done"]


def ids(found: Json, namespace: str) -> set[str]:
    """The values that a profile has in a namespace."""
    return {each["value"] for each in found["identifiers"] if each["namespace"] == namespace}


def counted(server: Server, found: Json) -> Counter[str]:
    return Counter(names(server, found))
