"""The vendor's known issue: identify and track at the same moment make two users. Here they never do.

For each person 32 clients share the calls of one new phone: two tracks and two identifies, sent side by side over
connections of their own with no pause between them.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from tests.server_process import Server, serving

TRIALS = 50_000 if os.environ.get("PROVE_LONG") else 2_000
CLIENTS = 32
AT_ONCE = 8
"""People whose calls are under way side by side, so that a batch holds several races."""


class Client(threading.local):
    """A connection for each thread, kept open."""

    connection: http.client.HTTPConnection | None = None

    def post(self, server: Server, call: str, body: dict[str, str]) -> int:
        """Send one CrossEngage call; return the answer's status."""
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
        path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/{call}"
        self.connection.request("POST", path, json.dumps(body), {"Content-Type": "application/json"})
        response = self.connection.getresponse()
        response.read()
        return response.status


def calls(number: int) -> list[tuple[str, dict[str, str]]]:
    """What the clients send for one person."""
    phone = {"mobileId": f"phone-{number}"}
    return [
        ("track", phone | {"event": "Opened"}),
        ("identify", phone | {"userId": f"user-{number}"}),
        ("track", phone | {"event": "Browsed"}),
        ("identify", phone | {"userId": f"user-{number}"}),
    ]


def race(server: Server, trials: int) -> set[int]:
    """Send the calls of all users from all clients, some users at a time, shuffled; return the statuses received."""
    client, rng = Client(), random.Random()
    with ThreadPoolExecutor(CLIENTS) as pool:
        statuses: set[int] = set()
        for start in range(0, trials, AT_ONCE):
            together = [call for number in range(start, min(start + AT_ONCE, trials)) for call in calls(number)]
            rng.shuffle(together)
            statuses.update(pool.map(lambda call: client.post(server, *call), together))
    return statuses


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with serving(tmp_path / "data") as server:
        yield server


@pytest.mark.timeout(3600 if TRIALS > 2_000 else 300)
@pytest.mark.filterwarnings("ignore:unclosed <socket")  # the pool's threads end with their connections open
def test_no_interleaving_of_identify_and_track_makes_two_of_one(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    statuses = race(server, TRIALS)
    stats = server.read("/v1/stats")
    persons = [server.read("/v1/profiles", namespace="user_id", value=f"user-{n}") for n in range(0, TRIALS, 50)]
    command = [sys.executable, "-m", "passerby", "doctor", "--data", str(server.data), "--deep", "--json"]
    doctor = subprocess.run(command, capture_output=True, text=True, check=False)
    with capsys.disabled():
        sys.stdout.write(f"\n{TRIALS} races of {CLIENTS} clients: {stats}\n")
    assert statuses == {202}
    assert stats["profiles"] == {"anonymous": 0, "lead": 0, "customer": TRIALS}
    assert stats["events"] == 2 * TRIALS
    assert stats["accepted"] == stats["applied"] == 4 * TRIALS
    assert {person["event_count"] for person in persons} == {2}
    assert {len(person["identifiers"]) for person in persons} == {2}
    assert doctor.returncode == 0, doctor.stdout + doctor.stderr
