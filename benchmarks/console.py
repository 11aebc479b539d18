"""Response times of console pages among 1 million profiles and 10 million events, over HTTP.

State and event store are filled directly, then the server is started on them, and one visitor looks at random people,
events and searches, page by page. Aim: 99 of 100 pages within 100 ms, and within 150 ms where profiles are searched.

    python -m benchmarks.console
"""

from __future__ import annotations

import argparse
import http.client
import random
import subprocess
import sys
import tempfile
import time
import urllib.parse
from collections.abc import Callable, Mapping
from pathlib import Path

from benchmarks.end_to_end import load
from benchmarks.report import report, write_json
from benchmarks.resolver import fill as fill_state
from benchmarks.search import fill_contacts, searches
from tests.server_process import Server

TIMES = 200
WARMING = 5
LOAD_SECONDS = 5
"""How long events are sent first, so that live events, time series and the data catalog are not empty."""

EVENTS = 200
"""People whose events are looked at."""

Address = Callable[[random.Random], str]


def person(number: int) -> str:
    """The profile id of a person, as `resolver.fill` makes it."""
    return f"01800000-0000-7000-8000-{number:012x}"


def fill_events(folder: Path, people: int, events: int) -> None:
    """Fill the event store with events of these people, in a process of its own that gives all its memory back."""
    code = (
        "import sys; from pathlib import Path; from benchmarks.console import person; "
        "from benchmarks.events import Source, fill; from passerby.event_store.chdb.opening import open_event_store; "
        "people, events = map(int, sys.argv[2:]); store = open_event_store(Path(sys.argv[1])); "
        "fill(store, Source(people, events, person), events, f'{events:,} events'); store.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), str(people), str(events)], check=True)


def some_events(server: Server, people: int) -> list[str]:
    """The ids of some events: of the busiest person, and of people drawn at random."""
    rng, found = random.Random(5), list[str]()
    for number in (0, *(rng.randrange(people) for _ in range(EVENTS))):
        timeline = server.read(f"/v1/profiles/{person(number)}/events", limit=5)
        found += [event["id"] for event in timeline["events"]]
    return found


class Visitor:
    """A signed-in user, on one connection that stays open."""

    def __init__(self, server: Server) -> None:
        self._connection = http.client.HTTPConnection("127.0.0.1", server.console_port, timeout=120)
        self._headers = {"Origin": f"http://127.0.0.1:{server.console_port}"}
        login = server.keys["console"]
        form = urllib.parse.urlencode(login)
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        self._connection.request("POST", "/sign-in", form, self._headers | kind)
        answer = self._connection.getresponse()
        answer.read()
        self._headers["Cookie"] = str(answer.getheader("set-cookie")).partition(";")[0]

    def get(self, path: str) -> tuple[int, float]:
        """A page: its status, and how many milliseconds its whole answer took."""
        begun = time.perf_counter()
        self._connection.request("GET", path, headers=self._headers)
        answer = self._connection.getresponse()
        answer.read()
        return answer.status, (time.perf_counter() - begun) * 1_000


def pages(people: int, events: list[str]) -> Mapping[str, Address]:
    """Every screen, with an address for any random draw."""

    def profile(rng: random.Random) -> str:
        return f"/p/default/profiles/{person(rng.randrange(people))}"

    def searched(typed: Address) -> Address:
        return lambda rng: f"/p/default/profiles?{urllib.parse.urlencode({'q': typed(rng)})}"

    return {
        "overview": lambda _: "/p/default/",
        "live": lambda _: "/p/default/live",
        "live, searched": lambda rng: f"/p/default/live?q=m-{rng.randrange(people):09d}",
        "profiles": lambda _: "/p/default/profiles",
        "profiles of a stage": lambda _: "/p/default/profiles?stage=customer",
        "profiles, searched": lambda rng: f"/p/default/profiles?q=m-{rng.randrange(people):06d}",
        **{f"profiles, searched by {name}": searched(typed) for name, typed in searches(people).items()},
        "profile": profile,
        "profile, one event name": lambda rng: f"{profile(rng)}?name=Product+Viewed",
        "identity": lambda rng: f"{profile(rng)}/identity",
        "event": lambda rng: f"/p/default/events/{rng.choice(events)}",
        "catalogue": lambda _: "/p/default/catalogue",
        "sources": lambda _: "/p/default/sources",
        "source": lambda _: "/p/default/sources/segment",
        "settings": lambda _: "/p/default/settings/policy",
        "users": lambda _: "/p/default/settings/users",
        "health": lambda _: "/p/default/health",
    }


def measure(visitor: Visitor, name: str, address: Address) -> None:
    """Look at one page many times, and report the middle and the slowest of a hundred."""
    rng, took = random.Random(7), []
    for number in range(TIMES + WARMING):
        path = address(rng)
        status, milliseconds = visitor.get(path)
        if status != http.client.OK:
            raise SystemExit(f"{path}: {status}")
        if number >= WARMING:
            took.append(milliseconds)
    took.sort()
    report(f"{name}, median", took[len(took) // 2], "ms")
    report(f"{name}, 99th percentile", took[int(len(took) * 0.99) - 1], "ms")


def main() -> None:
    """Fill, start, look."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", {"PASSERBY_EDGE_RATE_LIMITS": "off"})
        fill_state(server.data / "state.db", options.profiles)
        fill_contacts(server.data / "state.db", options.profiles)
        fill_events(server.data / "events", options.profiles, options.events)
        try:
            server.start()
            server.wait_until_healthy()
            load(server, "track", LOAD_SECONDS)
            server.read("/v1/stats")
            addresses = pages(options.profiles, some_events(server, options.profiles))
            visitor = Visitor(server)
            for name, address in addresses.items():
                measure(visitor, name, address)
        finally:
            server.kill()
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
