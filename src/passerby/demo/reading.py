"""Reads statistics and profiles from the management API after the run."""

from __future__ import annotations

import http.client
import json
import time
import urllib.parse
from typing import Any, Final

from passerby.demo.errors import DemoError

WAIT_SECONDS: Final = 30
PATIENCE_SECONDS: Final = 5.0
_PAUSE_SECONDS: Final = 0.2


class ApiRefused(DemoError):
    """The management API responded with an unexpected status."""

    def __init__(self, path: str, status: int) -> None:
        super().__init__(f"the API responds to {path} with {status}: see the server log")


class Api:
    """Client of a running server's management API."""

    def __init__(self, host: str, port: int, token: str) -> None:
        self._address = (host, port)
        self._token = token

    def stats(self) -> dict[str, Any]:
        """Return the project's statistics, including everything accepted before. Raises ApiRefused."""
        return self._get("/v1/stats", {"wait": WAIT_SECONDS})

    def profile(self, namespace: str, value: str) -> dict[str, Any]:
        """Return the profile of an identifier. Raises ApiRefused."""
        return self._get("/v1/profiles", {"namespace": namespace, "value": value, "wait": WAIT_SECONDS})

    def _get(self, path: str, query: dict[str, object]) -> dict[str, Any]:
        """Retry on 401: the server may take a second to read a token that was just created."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        status, body = self._once(path, query)
        while status == http.client.UNAUTHORIZED and time.monotonic() < deadline:
            time.sleep(_PAUSE_SECONDS)
            status, body = self._once(path, query)
        if status != http.client.OK:
            raise ApiRefused(path, status)
        answer: dict[str, Any] = json.loads(body)
        return answer

    def _once(self, path: str, query: dict[str, object]) -> tuple[int, bytes]:
        connection = http.client.HTTPConnection(*self._address, timeout=WAIT_SECONDS * 2)
        try:
            headers = {"Authorization": f"Bearer {self._token}"}
            connection.request("GET", f"{path}?{urllib.parse.urlencode(query)}", headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()
