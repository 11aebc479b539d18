"""Sends events to the server that all console tests share, with users of a test's own."""

from __future__ import annotations

import secrets
from typing import Any, NamedTuple

import httpx
from tests.console.console_server import ConsoleServer


class Person(NamedTuple):
    """A customer who was an anonymous visitor: the merged profile and its merge."""

    user_id: str
    visitor_id: str
    email: str
    name: str
    profile: str
    merge: str


class IngestClient:
    """A client of the ingest port."""

    def __init__(self, console: ConsoleServer) -> None:
        self._console = console
        self._key = console.server.keys["segment"]["write_key"]

    def send(self, call: str, key: str | None = None, **body: Any) -> int:
        """Send one call with this key or the project's; return the status."""
        url = f"http://127.0.0.1:{self._console.server.port}/v1/{call}"
        return httpx.post(url, json=body, auth=(self._key if key is None else key, ""), timeout=60).status_code

    def webengage(self, call: str, **body: Any) -> int:
        """Send one call of WebEngage's REST API; return the status."""
        keys = self._console.server.keys["webengage"]
        url = f"http://127.0.0.1:{self._console.server.port}/v1/accounts/{keys['license_code']}/{call}"
        headers = {"Authorization": f"Bearer {keys['api_key']}"}
        return httpx.post(url, json=body, headers=headers, timeout=60).status_code

    def settle(self) -> None:
        """Wait until everything sent is visible."""
        self._console.server.read("/v1/stats")

    def profile_of(self, user: str) -> str:
        """The profile id of the customer with this user id."""
        id_: str = self._console.server.read("/v1/profiles", namespace="user_id", value=user)["id"]
        return id_

    def customer(self, name: str = "") -> Person:
        """Create a profile: a visitor who browses, then signs in."""
        mark = secrets.token_hex(4)
        user, visitor, email = f"user-{mark}", f"visitor-{mark}", f"{mark}@example.com"
        name = name or f"Person {mark}"
        self.send("identify", userId=user, traits={"name": name, "email": email})
        self.send("track", anonymousId=visitor, event="Looked around", properties={"page": "/"})
        self.send("identify", userId=user, anonymousId=visitor)
        self.send("track", userId=user, event="Bought", properties={"total": 9.5, "basket": {"items": [1, 2]}})
        self.settle()
        profile = self._console.server.read("/v1/profiles", namespace="user_id", value=user)
        merges = [member["merge_id"] for member in profile["members"] if member["merge_id"]]
        return Person(user, visitor, email, name, profile["id"], merges[0])
