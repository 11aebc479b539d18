"""The whole server, from the request to the event that can be read.

Measured on a server of its own (all roles, on loopback), with the generator in a process of its own (wrk from Debian's
packages, or benchmarks.load where it is missing): how many events per second are accepted and made visible, as single
CrossEngage events and in WebEngage batches of 25; and the time from the response until an event is visible, at half
of that load. The clock of a run stops when everything that was accepted can be read.

    python -m benchmarks.end_to_end --seconds 15
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.report import report, write_json
from benchmarks.roles import usage
from tests.server_process import Server

SCRIPTS = Path(__file__).parent / "wrk"
CONNECTIONS = 64
PEOPLE = 10_000
BULK = 25
LOOK_SECONDS = 0.02
CATCH_UP_SECONDS = 300


class Load(msgspec.Struct):
    """What the generator saw."""

    requests: int
    seconds: float
    refused: int
    p50_ms: float
    p99_ms: float
    p999_ms: float
    broken: int = 0


def load(server: Server, script: str, seconds: int, pause_ms: float = 0.0) -> Load:
    """Load the server in one of our ways for so long, each connection pausing so long before a request."""
    return (
        with_wrk(server, script, seconds, pause_ms) if shutil.which("wrk") else alone(server, script, seconds, pause_ms)
    )


def alone(server: Server, script: str, seconds: int, pause_ms: float) -> Load:
    """The same with the generator that comes along, where wrk is missing."""
    webengage = server.keys["webengage"]
    path = {
        "track": f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track",
        "bulk": f"/v1/accounts/{webengage['license_code']}/bulk-events",
    }[script]
    key = ["--header", f"Authorization: Bearer {webengage['api_key']}"] if script == "bulk" else []
    where = ["--port", str(server.port), "--path", path, "--body", script, *key]
    rate = CONNECTIONS / pause_ms * 1000 if pause_ms else 0.0
    how = ["--connections", str(CONNECTIONS), "--seconds", str(seconds), "--rate", str(rate)]
    command = [sys.executable, "-m", "benchmarks.load", *where, *how]
    output = subprocess.run(command, capture_output=True, text=True, check=True).stdout
    return msgspec.json.decode(output, type=Load)


def with_wrk(server: Server, script: str, seconds: int, pause_ms: float) -> Load:
    """Run wrk with one of our scripts."""
    keys = server.keys
    environment = {
        "WRK_COMMON": str(SCRIPTS / "common.lua"),
        "KEY": keys["crossengage"]["mobile_api_key"],
        "LICENSE": keys["webengage"]["license_code"],
        "SECRET": keys["webengage"]["api_key"],
        "PEOPLE": str(PEOPLE),
        "PAUSE_MS": str(pause_ms),
        "SEED": str(time.time_ns() % 1_000_000),
    }
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(SCRIPTS / f"{script}.lua")]
    output = subprocess.run(
        [*command, f"http://127.0.0.1:{server.port}"],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    figures = next(line for line in output.splitlines() if line.startswith("FIGURES "))
    return msgspec.json.decode(figures.removeprefix("FIGURES "), type=Load, strict=False)


def sustained(server: Server, script: str, seconds: int, events_a_request: int) -> float:
    """Load the server and report how many events a second it makes visible; return how many requests it takes."""
    figure = f"end to end, {script}"
    before, busy, begun = server.read("/v1/stats"), usage(server.data), time.perf_counter()
    run = load(server, script, seconds)
    taken = time.perf_counter() - begun
    after = caught_up(server)
    visible = time.perf_counter() - begun
    events = after["events"] - before["events"]
    report(f"{figure}, taken", (after["accepted"] - before["accepted"]) / taken, "events/s")
    report(f"{figure}, visible", events / visible, "events/s")
    report(f"{figure}, left to do when the load ended", visible - taken, "s")
    report(f"{figure}, answer p50", run.p50_ms, "ms")
    report(f"{figure}, answer p99", run.p99_ms, "ms")
    report(f"{figure}, refused or broken", run.refused + run.broken, "requests")
    for role, now in usage(server.data).items():
        report(f"{figure}, processor time of {role}", (now.seconds - busy[role].seconds) / events * 1e6, "us/event")
    return float(events) / visible / events_a_request


def caught_up(server: Server) -> Any:
    """The numbers once everything that was accepted is visible, which takes longer than one question may wait."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while True:
        status, numbers = server.api("GET", "/v1/stats", wait=30)
        if status == http.client.OK:
            return numbers
        if time.monotonic() > deadline:
            raise TimeoutError(f"the server has not caught up after {CATCH_UP_SECONDS} s: {numbers}")


def at_half_load(server: Server, script: str, seconds: int, requests_a_second: float) -> None:
    """Report the answer's and the visibility's delay at half of this load."""
    figure = f"half load, {script}"
    delays: list[float] = []
    stop = threading.Event()
    prober = threading.Thread(target=probe, args=(server, stop, delays))
    prober.start()
    run = load(server, script, seconds, pause_ms=CONNECTIONS / (requests_a_second / 2) * 1000)
    stop.set()
    prober.join()
    delays.sort()
    report(f"{figure}, load", run.requests / run.seconds, "requests/s")
    report(f"{figure}, answer p50", run.p50_ms, "ms")
    report(f"{figure}, answer p99", run.p99_ms, "ms")
    report(f"{figure}, answer p99.9", run.p999_ms, "ms")
    report(f"{figure}, answered to visible p50", delays[len(delays) // 2], "ms")
    report(f"{figure}, answered to visible p99", delays[int(len(delays) * 0.99)], "ms")


def probe(server: Server, stop: threading.Event, delays: list[float]) -> None:
    """Send one event after the other for a profile of its own, and poll the timeline until each is there.

    Polling does not make the server hurry, as `wait=` would.
    """
    number = 0
    path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
    while not stop.is_set():
        number += 1
        person = f"probe-{time.time_ns()}"
        body = json.dumps({"mobileId": person, "event": "Probed", "properties": {"number": number}})
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        connection.getresponse().read()
        connection.close()
        answered = time.perf_counter()
        while not _visible(server, person):
            time.sleep(LOOK_SECONDS)
        delays.append((time.perf_counter() - answered) * 1000)


def _visible(server: Server, person: str) -> bool:
    status, profile = server.api("GET", "/v1/profiles", namespace="mobile_id", value=person)
    if status != http.client.OK:
        return False
    timeline: Any = server.api("GET", f"/v1/profiles/{profile['id']}/events", limit=1)[1]
    return bool(timeline["events"])


def main() -> None:
    """Measure single events, then batches."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=int, default=15)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        # The vendor's rate limits are about customers, not about what the server can do.
        server = Server(Path(folder) / "data", {"PASSERBY_EDGE_RATE_LIMITS": "off"})
        try:
            server.start()
            server.wait_until_healthy()
            load(server, "track", 3)  # warm up, and make the profiles
            for script, events_a_request in (("track", 1), ("bulk", BULK)):
                requests_a_second = sustained(server, script, options.seconds, events_a_request)
                at_half_load(server, script, options.seconds, requests_a_second)
            for role, now in usage(server.data).items():
                report(f"memory of {role}", now.megabytes, "MB")
        finally:
            server.kill()
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
