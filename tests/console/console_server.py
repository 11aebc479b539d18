"""A server with sample data, and clients of its console."""

from __future__ import annotations

import http
import json
import subprocess
import sys
import time
from collections.abc import Callable
from functools import cached_property
from typing import Any
from urllib.parse import urlencode

import httpx
from tests.server_process import Server

PROJECT = "default"
ADMIN = "admin"
VIEWER = "sasha"
PATIENCE_SECONDS = 30
PEOPLE = 60
"""The number of demo users: enough for a second page of every list."""


class ConsoleServer:
    """A server with sample data, shared by tests. Tests that change something use users and projects of their own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.url = f"http://127.0.0.1:{server.console_port}"
        self.ingest = f"http://127.0.0.1:{server.port}"
        self.passwords = {ADMIN: server.keys["console"]["password"], VIEWER: self._new_user(VIEWER)}
        self._sessions = {user: self._signed_in(user) for user in self.passwords}

    def seed(self) -> None:
        """Load sample data, and wait until it is visible."""
        self.passerby("demo", "--people", str(PEOPLE))
        self.server.read("/v1/stats")

    def passerby(self, *words: str) -> Any:
        """The JSON output of a command for this data directory."""
        command = [sys.executable, "-m", "passerby", *words, "--data", str(self.server.data), "--json"]
        return json.loads(subprocess.run(command, check=True, capture_output=True).stdout)

    def new_project(self, name: str) -> Any:
        """Create a project; return its keys once all processes know them."""
        keys = self.passerby("projects", "add", name)
        bearer = {"Authorization": f"Bearer {keys['api_token']}"}

        def is_known() -> bool:
            asked = httpx.get(f"{self.url}/v1/stats", headers=bearer, timeout=60)
            path = f"/api/v1/mobile/{keys['crossengage']['mobile_api_key']}/track"
            sent = httpx.post(f"{self.ingest}{path}", json={}, timeout=60)  # refused: for its key, else for being empty
            return http.HTTPStatus.UNAUTHORIZED not in {asked.status_code, sent.status_code}

        self.until(is_known)
        return keys

    def until(self, condition: Callable[[], bool]) -> None:
        """Wait until the condition holds."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not condition():
            assert time.monotonic() < deadline, "the condition did not become true"
            time.sleep(0.1)

    def session(self, user: str) -> str:
        """The value of a session cookie of this user."""
        return self._sessions[user]

    def client(self, user: str = "", **options: Any) -> httpx.Client:
        """An HTTP client with a browser's headers, signed in as this user or not signed in."""
        cookies = {"passerby_session": self.session(user)} if user else {}
        return httpx.Client(base_url=self.url, cookies=cookies, headers={"Origin": self.url}, timeout=60, **options)

    def sign_in(self, user: str, password: str, client_address: str = "192.0.2.1", **form: str) -> httpx.Response:
        """Try to sign in from this address, as a proxy reports it."""
        with self.client() as client:
            came = {"X-Forwarded-For": client_address}
            return client.post("/sign-in", data={"user": user, "password": password, **form}, headers=came)

    @cached_property
    def profile(self) -> str:
        """The id of a profile with a history: one that absorbed another."""
        return str(self._merge["winner"])

    @cached_property
    def merge(self) -> str:
        """The id of that merge."""
        return str(self._merge["id"])

    @cached_property
    def _merge(self) -> Any:
        """The newest merge of profiles with events: earlier tests may have merged profiles without."""
        merges = self.server.read("/v1/merges", limit=100, undone="false")["merges"]
        return next(each for each in merges if self._events(each["winner"]))

    @cached_property
    def other(self) -> str:
        """The id of some other profile."""
        profiles = self.server.read("/v1/profiles", limit=2)["profiles"]
        return next(str(profile["id"]) for profile in profiles if profile["id"] != self.profile)

    @cached_property
    def identifier(self) -> str:
        """An identifier of the profile other than its customer id, as a query."""
        held = self.server.read(f"/v1/profiles/{self.profile}")["identifiers"]
        chosen = next(each for each in held if each["namespace"] != "user_id")
        return urlencode({name: chosen[name] for name in ("namespace", "value", "scope")})

    @cached_property
    def refused(self) -> str:
        """The number of a rejected request."""
        address = f"http://127.0.0.1:{self.server.port}/v1/track"
        key = self.server.keys["segment"]["write_key"]
        answer = httpx.post(address, content=b'{"event": "Lost', auth=(key, ""), timeout=60)
        assert answer.status_code == http.HTTPStatus.BAD_REQUEST
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            for kept in self.server.read("/v1/rejected-requests")["refused"]:
                if kept["dialect"] == "segment" and kept["known"]:
                    return str(kept["id"])
            time.sleep(0.05)
        raise AssertionError("the rejected request was not stored")

    def _events(self, profile: str) -> list[Any]:
        events: list[Any] = self.server.read(f"/v1/profiles/{profile}/events", limit=1)["events"]
        return events

    @cached_property
    def event(self) -> str:
        """The id of an event of that profile."""
        return str(self._events(self.profile)[0]["id"])

    @cached_property
    def webhook(self) -> int:
        """The number of the project's first webhook."""
        keys = self.passerby("keys", "list")
        return next(int(key["id"]) for key in keys if key["kind"] == "customerlabs.webhook_path")

    def _new_user(self, name: str) -> str:
        return str(self.passerby("users", "add", name)["password"])

    def _signed_in(self, user: str) -> str:
        answer = self.sign_in(user, self.passwords[user])
        assert answer.status_code == http.HTTPStatus.SEE_OTHER, answer.text
        return answer.cookies["passerby_session"]
