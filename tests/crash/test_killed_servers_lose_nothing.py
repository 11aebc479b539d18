"""Acknowledged events survive any crash exactly once, and no others appear.

Writers load the server as fast as they can while every process of it is killed at random moments, again and again.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.server_process import Server

KILLS = 200 if os.environ.get("PROVE_LONG") else 20
WRITERS = 8
PEOPLE = 40
BULK = 25


class SentEvents:
    """What the writers sent, and what of it was acknowledged. An event is known by its number."""

    def __init__(self) -> None:
        self.sent: set[str] = set()
        self.acknowledged: set[str] = set()
        self.refused = Counter[int]()
        self.requests = 0
        self.unanswered = 0
        self._lock = threading.Lock()

    def send(self, numbers: list[str]) -> None:
        with self._lock:
            self.sent.update(numbers)

    def note(self, status: int, numbers: list[str]) -> None:
        """Take down an answer; a status of 0 is none."""
        with self._lock:
            self.requests += 1
            if not status:
                self.unanswered += 1
            elif status < http.HTTPStatus.BAD_REQUEST:
                self.acknowledged.update(numbers)
            else:
                self.refused[status] += 1


class Writer(threading.Thread):
    """Sends one call after the other, and repeats a WebEngage call that got no answer with the same request id."""

    def __init__(self, server: Server, events: SentEvents, number: int, stop: threading.Event) -> None:
        super().__init__(daemon=True)
        self._server = server
        self._events = events
        self._number = number
        self._stop_writing = stop
        self._sent = 0
        self._connection: http.client.HTTPConnection | None = None
        self._dice = random.Random(number)

    def run(self) -> None:
        kinds: list[Callable[[], None]] = [self._track, self._bulk] if self._number % 2 else [self._track]
        while not self._stop_writing.is_set():
            self._dice.choice(kinds)()
        self._disconnect()

    def _track(self) -> None:
        """A CrossEngage event; it carries no key, so that one without an answer is not repeated."""
        key, [number] = self._server.keys["crossengage"]["mobile_api_key"], self._numbers(1)
        body = {
            "mobileId": f"phone-{self._dice.randrange(PEOPLE)}",
            "event": "Crashed",
            "properties": {"number": number},
        }
        self._events.send([number])
        self._events.note(self._post(f"/api/v1/mobile/{key}/track", body, {}), [number])

    def _bulk(self) -> None:
        """A WebEngage batch, repeated until it is answered."""
        keys, numbers = self._server.keys["webengage"], self._numbers(BULK)
        person = f"user-{self._dice.randrange(PEOPLE)}"
        body = {"events": [{"userId": person, "eventName": "Crashed", "eventData": {"number": n}} for n in numbers]}
        headers = {"Authorization": f"Bearer {keys['api_key']}", "x-request-id": uuid.uuid4().hex}
        self._events.send(numbers)
        while True:
            status = self._post(f"/v1/accounts/{keys['license_code']}/bulk-events", body, headers)
            self._events.note(status, numbers)
            if status or self._stop_writing.is_set():
                return

    def _numbers(self, count: int) -> list[str]:
        self._sent += count
        return [f"{self._number}-{i}" for i in range(self._sent - count, self._sent)]

    def _post(self, path: str, body: object, headers: dict[str, str]) -> int:
        """The answer's status, or 0 where there was none."""
        try:
            if self._connection is None:
                self._connection = http.client.HTTPConnection("127.0.0.1", self._server.port, timeout=20)
            self._connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json", **headers})
            response = self._connection.getresponse()
            response.read()
        except (OSError, http.client.HTTPException):
            self._disconnect()
            self._stop_writing.wait(0.05)
            return 0
        return response.status

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None


@pytest.fixture
def server(tmp_path: Path) -> Server:
    # The vendor's rate limits are about customers, not about crashes.
    return Server(tmp_path / "data", {"PASSERBY_EDGE_RATE_LIMITS": "off"})


def kill_again_and_again(server: Server, kills: int) -> None:
    """Start the server and kill it at a random moment, in its start or under load; leave it running in the end."""
    rng = random.Random()
    for _ in range(kills):
        server.start()
        time.sleep(rng.uniform(0.5, 4.0))
        server.kill()
    server.start()
    server.wait_until_healthy()
    time.sleep(1.0)


def read_back(server: Server) -> Counter[str]:
    """The numbers of all events that any profile has, and how often each is there."""
    found = Counter[str]()
    cursor = ""
    while True:
        page = server.read("/v1/profiles", limit=100, **({"cursor": cursor} if cursor else {}))
        for profile in page["profiles"]:
            found.update(timeline(server, profile["id"]))
        cursor = page["cursor"] or ""
        if not cursor:
            return found


def timeline(server: Server, profile: str) -> list[str]:
    numbers: list[str] = []
    cursor = ""
    while True:
        page = server.read(f"/v1/profiles/{profile}/events", limit=1000, **({"cursor": cursor} if cursor else {}))
        numbers += [event["properties"]["number"] for event in page["events"]]
        cursor = page["cursor"] or ""
        if not cursor:
            return numbers


@pytest.mark.timeout(1800 if KILLS > 20 else 420)
def test_killed_at_random_moments_under_full_load_it_loses_and_doubles_nothing(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    events, stop = SentEvents(), threading.Event()
    writers = [Writer(server, events, number, stop) for number in range(WRITERS)]
    try:
        for writer in writers:
            writer.start()
        kill_again_and_again(server, KILLS)
        stop.set()
        for writer in writers:
            writer.join(30)
        stats = server.read("/v1/stats")
        found = read_back(server)
    finally:
        stop.set()
        server.kill()
    with capsys.disabled():
        sys.stdout.write(
            f"\n{KILLS} kills: {events.requests} requests, {events.unanswered} unanswered, "
            f"{len(events.sent)} events sent, {len(events.acknowledged)} acknowledged, {len(found)} read back, "
            f"{len(events.acknowledged - found.keys())} lost, {len(found.keys() - events.sent)} never sent, "
            f"{sum(found.values()) - len(found)} doubled; {stats}\n"
        )
    assert events.acknowledged
    assert not events.acknowledged - found.keys()
    assert not found.keys() - events.sent
    assert sum(found.values()) == len(found)
    assert not events.refused
    assert stats["accepted"] == stats["applied"] + stats["duplicates"]
    assert stats["events"] == len(found)
