"""Memory of a whole server with 1 million profiles and 10 million events, idle and under load.

State and event store are filled directly, then the server is started on them. It is measured idle, after a thousand
timelines of random people, and after accepting single events for a while.

    python -m benchmarks.memory
"""

from __future__ import annotations

import argparse
import random
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.end_to_end import load
from benchmarks.report import report, write_json
from benchmarks.resolver import fill as fill_state
from benchmarks.roles import usage
from tests.server_process import Server

LOOKUPS = 1_000
LOAD_SECONDS = 10


def fill_events(folder: Path, events: int) -> None:
    """Fill the event store in a process of its own, which gives all its memory back. The state's ids are its own."""
    code = (
        "import sys; from pathlib import Path; from benchmarks.events import Source, fill; "
        "from passerby.event_store.chdb.opening import open_event_store; "
        "events = int(sys.argv[2]); store = open_event_store(Path(sys.argv[1])); "
        "fill(store, Source(events // 10, events), events, f'{events:,} events'); store.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(folder), str(events)], check=True)


def resident(server: Server, moment: str) -> None:
    """Report what every role holds, and all of them together."""
    now = usage(server.data)
    for role, used in now.items():
        report(f"memory of {role}, {moment}", used.megabytes, "MB")
    report(f"memory of the whole server, {moment}", sum(used.megabytes for used in now.values()), "MB")


def look_around(server: Server, people: int) -> None:
    """Ask for random people, and for the newest events of the store's."""
    rng = random.Random(11)
    for _ in range(LOOKUPS):
        profile = server.api("GET", "/v1/profiles", namespace="mobile_id", value=f"m-{rng.randrange(people):09d}")[1]
        server.api("GET", f"/v1/profiles/{profile['id']}/events", limit=50)
    server.api("GET", "/v1/catalogue")
    server.api("GET", "/v1/profiles", limit=100)


def main() -> None:
    """Fill, start, measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=1_000_000)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data", {"PASSERBY_EDGE_RATE_LIMITS": "off"})
        fill_state(server.data / "state.db", options.profiles)
        fill_events(server.data / "events", options.events)
        try:
            server.start()
            server.wait_until_healthy()
            resident(server, "at rest")
            look_around(server, options.profiles)
            resident(server, "after lookups")
            load(server, "track", LOAD_SECONDS)
            server.read("/v1/stats")
            resident(server, "after load")
        finally:
            server.kill()
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
