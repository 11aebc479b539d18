"""Compares all dialects over HTTP: requests and events per second, and their ratio to CrossEngage's track.

A whole server runs; a load generator in a process of its own (wrk, or benchmarks.load where it is missing) sends one
kind of call after the other, in rounds, so that other load on the machine affects all of them. Each starts when the
worker has caught up. Ratios count events, so that a batch counts with all its events, and compare within a round. The
calls are about two thousand known people, because an app's users return.

    python -m benchmarks.dialects_http --rounds 3 --seconds 2
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from benchmarks.edge import CONNECTIONS, SCRIPTS, printed
from benchmarks.load import Load
from benchmarks.report import report, write_json
from tests.server_process import Server, serving

FIRST = "crossengage track"
PEOPLE = 2_000
CATCH_UP_SECONDS = 120
AGENT = {"CL-User-Agent": "Mozilla/5.0 (Linux; Android 14)"}
PRODUCT = {"sku": "A-NUMBER", "price": 39.8, "quantity": 2, "category": "Shoes", "title": "Running shoe, light"}
PURCHASE = {"value": 100, "currency": "USD", "transaction_id": "TXN-NUMBER"}


class Call(NamedTuple):
    """One call: its path, headers and body, and how many events a request holds."""

    path: str
    body: Any
    headers: Mapping[str, str] = {}
    events: int = 1


def calls(keys: Any) -> dict[str, Call]:
    """The calls by name, the one that all others are compared with first."""
    mobile = f"/api/v1/mobile/{keys['crossengage']['mobile_api_key']}"
    return {
        FIRST: Call(
            f"{mobile}/track", {"mobileId": "phone-PERSON_1_", "event": "Viewed Product", "properties": PRODUCT}
        ),
        "crossengage identify": Call(
            f"{mobile}/identify",
            {"mobileId": "phone-PERSON_1_", "userId": "u-PERSON_1_", "traits": {"firstName": "Ada"}},
        ),
        **webengage(keys["webengage"]),
        **customerlabs(keys["customerlabs"]),
        **antsomi(keys["antsomi"]),
        **segment(keys["segment"]),
    }


def webengage(keys: Any) -> dict[str, Call]:
    path, key = f"/v1/accounts/{keys['license_code']}", {"Authorization": f"Bearer {keys['api_key']}"}
    event = {"userId": "u-PERSON_1_", "eventName": "Added to Cart", "eventData": PRODUCT}
    user = {"userId": "u-PERSON_1_", "firstName": "Ann", "attributes": {"plan": "pro"}}
    return {
        "webengage event": Call(f"{path}/events", event, key),
        "webengage user": Call(f"{path}/users", user, key),
        "webengage 25 events": Call(f"{path}/bulk-events", {"events": of_many(event)}, key, 25),
    }


def customerlabs(keys: Any) -> dict[str, Call]:
    app = {"id": keys["app_id"], "uid": f"{keys['app_id']}PERSON_1_", "sid": "CL-6f1d2c3b"}
    said = app | {"event_source": "mobile_app", "added_at": "2026-03-12T05:45:15Z"}
    by = {"identify_by": {"identify_by_email": "ann.PERSON_1_@example.com"}}
    product = {"product_id": "A-NUMBER", "product_name": "Running shoe", "product_price": 50, "product_quantity": 2}
    device = {"deviceModelName": "Pixel 9", "extInfoVersion": "a2", "limitAdTracking": "false", "locale": "en-IN"}
    ids = {"aaid": "38400000-8cf0-11bd-b23e-PERSON_1_", "customerlabs_user_id": app["uid"]}
    event = said | by | {"event_name": "Purchase", "properties": PURCHASE, "products": [product]}
    return {
        "customerlabs session": Call("/app/externalIds", app | {"external_ids": ids, "additional_info": device}, AGENT),
        "customerlabs identify": Call(
            "/app/identify", said | by | {"traits": {"first_name": "Ann", "city": "Thane"}, "external_ids": ids}, AGENT
        ),
        "customerlabs event": Call(keys["webhook_path"], event, AGENT),
    }


def antsomi(keys: Any) -> dict[str, Call]:
    path = f"/event?portal_id={keys['portal_id']}&prop_id={keys['prop_id']}&resp_type=json"
    event = {"uid": "65377PERSON_1_", "aid": "9f2b5c1d-PERSON_1_", "sid": "2601020304", "ec": "product", "ea": "view"}
    items = [{"type": "product", "id": "A-NUMBER", "name": "Running shoe", "price": 39.8}]
    return {"antsomi event": Call(path, event | {"items": items, "context": {"os": {"name": "iOS"}}})}


def segment(keys: Any) -> dict[str, Call]:
    item = {
        "type": "track",
        "userId": "u-PERSON_1_",
        "event": "Product Added",
        "properties": PRODUCT,
        "context": {"library": {"name": "analytics-python", "version": "2.4.0"}},
        "messageId": f"{os.urandom(6).hex()}-NUMBER",
        "timestamp": "2026-11-20T10:00:00.733+00:00",
    }
    key = {"writeKey": keys["write_key"]}
    return {
        "segment track": Call("/v1/track", item | key),
        "segment batch of 25": Call("/v1/batch", {"batch": of_many(item), **key}, events=25),
    }


def of_many(event: Any) -> list[Any]:
    """The same event of 25 people."""
    text = msgspec.json.encode(event).decode()
    return [msgspec.json.decode(text.replace("PERSON_1_", f"PERSON_{number}_")) for number in range(25)]


def load(port: int, call: Call, seconds: int) -> Load:
    """As much of a call as the server takes."""
    return with_wrk(port, call, seconds) if shutil.which("wrk") else alone(port, call, seconds)


def alone(port: int, call: Call, seconds: int) -> Load:
    """The same with the generator that comes along, where wrk is missing."""
    body = msgspec.json.encode(call.body).decode()
    where = ["--port", str(port), "--path", call.path, "--template", body, "--people", str(PEOPLE)]
    headers = [word for name, value in call.headers.items() for word in ("--header", f"{name}: {value}")]
    how = ["--connections", str(CONNECTIONS), "--seconds", str(seconds)]
    output = printed([sys.executable, "-m", "benchmarks.load", *where, *headers, *how], dict(os.environ))
    return msgspec.json.decode(output, type=Load)


def with_wrk(port: int, call: Call, seconds: int) -> Load:
    """Run wrk with a script that fills templates."""
    environment = os.environ | {
        "WRK_COMMON": str(SCRIPTS / "common.lua"),
        "CALL_PATH": call.path,
        "CALL_BODY": msgspec.json.encode(call.body).decode(),
        "CALL_HEADERS": "\n".join(f"{name}: {value}" for name, value in call.headers.items()),
        "PEOPLE": str(PEOPLE),
        "SEED": str(time.time_ns() % 1_000_000),
    }
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(SCRIPTS / "template.lua")]
    output = printed([*command, f"http://127.0.0.1:{port}"], environment)
    figures = next(line for line in output.splitlines() if line.startswith("FIGURES "))
    return msgspec.json.decode(figures.removeprefix("FIGURES "), type=Load, strict=False)


def caught_up(server: Server) -> None:
    """Return when the worker has applied everything."""
    deadline = time.monotonic() + CATCH_UP_SECONDS
    while server.read("/v1/stats")["waiting"]:
        if time.monotonic() > deadline:
            raise TimeoutError("the worker does not catch up")
        time.sleep(0.05)


def run(options: argparse.Namespace, server: Server) -> None:
    named = {name: call for name, call in calls(server.keys).items() if not options.only or name in options.only}
    rates: dict[str, list[float]] = defaultdict(list)
    loads: dict[str, list[Load]] = defaultdict(list)
    for call in named.values():
        load(server.port, call, 2)
    for _ in range(options.rounds):
        for name, call in named.items():
            caught_up(server)
            seen = load(server.port, call, options.seconds)
            loads[name].append(seen)
            rates[name].append(call.events * seen.requests / seen.seconds)
    for name in named:
        print_rates(name, rates[name], rates[FIRST], loads[name])


def print_rates(name: str, rates: list[float], first: list[float], loads: list[Load]) -> None:
    """Report one call."""
    report(f"{name}, requests", statistics.median(seen.requests / seen.seconds for seen in loads), "requests/s")
    report(f"{name}, events", statistics.median(rates), "events/s")
    ratio = statistics.median(own / other for own, other in zip(rates, first, strict=True))
    report(f"{name}, ratio of events to {FIRST}", ratio, "")
    report(f"{name}, answer p99", statistics.median(seen.p99_ms for seen in loads), "ms")
    report(f"{name}, refused", sum(seen.refused for seen in loads), "requests")


def main() -> None:
    """Start a server, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=int, default=2)
    parser.add_argument("--only", action="append", help=f"a call to measure in addition to {FIRST}; may be repeated")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    options.only = [FIRST, *options.only] if options.only else []
    limitless = {"PASSERBY_EDGE_RATE_LIMITS": "off"}
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder) / "data", environment=limitless) as server:
        run(options, server)
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
