"""The calls that every client sends, and the check that all arrived once."""

from __future__ import annotations

import time
from collections import Counter
from http import HTTPStatus
from typing import Any, Final

from tests.clients.faulty_proxy import Fault
from tests.server_process import Server

Json = Any

STEPS: Final = 10
"""Events that a client tracks, each with its number."""
FAULTS: Final = (Fault.ERROR, Fault.LOST, Fault.LIMITED)
"""What they meet on their way. RudderStack's client for Node gives a batch up after three retries."""

PATIENCE_SECONDS: Final = 60
POLL_SECONDS: Final = 0.2


def key(server: Server) -> str:
    """The write key of the project."""
    return str(server.keys["segment"]["write_key"])


def steps(server: Server, profile: Json) -> Counter[int]:
    """How often each step is among the events of a profile."""
    found = server.read(f"/v1/profiles/{profile['id']}/events", limit=200)["events"]
    return Counter(int(event["properties"]["index"]) for event in found if event["name"] == "Step")


def arrived(server: Server, user: str, events: int) -> Json:
    """The profile of a customer, once it has at least so many events."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        status, found = server.api("GET", "/v1/profiles", namespace="user_id", value=user, wait=30)
        if status == HTTPStatus.OK and found["event_count"] >= events:
            return found
        assert time.monotonic() < deadline, (status, found)
        time.sleep(POLL_SECONDS)


def check(server: Server, user: str, others: int = 0) -> Json:
    """Assert that every step was recorded once, with `others` further events. Returns the profile."""
    found = arrived(server, user, STEPS + others)
    assert steps(server, found) == Counter(range(STEPS))
    assert found["event_count"] == STEPS + others
    assert found["traits"]["plan"] == "pro"
    return found
