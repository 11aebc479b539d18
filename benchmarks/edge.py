"""The edge alone: durable single-event requests per second, latency, and the ratio to a no-op server.

The edge and a no-op application run in parallel as processes, on one server with the same options, and are loaded
alternately by a generator in a process of its own (wrk, or benchmarks.load where it is missing). Response
times at half of the load are measured at a fixed rate, always with benchmarks.load.

    python -m benchmarks.edge --rounds 5 --seconds 4
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import uvicorn
import uvloop
from benchmarks.load import Load
from benchmarks.report import report, write_json
from tests.server_process import free_ports, init

from passerby.log.sqlite.store import SqliteLogReader
from passerby.storage.data_dir import DataDir

SCRIPTS = Path(__file__).parent / "wrk"
CONNECTIONS = 64
READY_SECONDS = 30


async def nothing(_scope: Any, receive: Any, send: Any) -> None:
    """The application that does nothing: reads the request, and answers as an accepted event is answered."""
    await receive()
    await send(NOTHING_START)
    await send({"type": "http.response.body", "body": b"x" * 70})


NOTHING_START = {
    "type": "http.response.start",
    "status": 202,
    "headers": [
        (b"access-control-allow-origin", b"*"),
        (b"content-type", b"application/json"),
        (b"content-length", b"70"),
    ],
}


def serve_nothing(port: int) -> None:
    """Run it as the edge is run, on uvicorn's own connections."""
    config = uvicorn.Config(
        nothing,
        port=port,
        http="httptools",
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        proxy_headers=False,
        server_header=False,
        date_header=False,
    )
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(uvicorn.Server(config).serve())


@contextlib.contextmanager
def process(command: list[str], port: int) -> Iterator[None]:
    """Run a server until the end of the block."""
    running = subprocess.Popen([sys.executable, "-m", *command])
    try:
        wait_for(port)
        yield
    finally:
        running.send_signal(signal.SIGTERM)
        running.wait(20)


def wait_for(port: int) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
            return
        time.sleep(0.05)
    raise TimeoutError(f"nothing listens on port {port}")


def full_load(port: int, key: str, seconds: int) -> Load:
    """As much as the server takes."""
    if not shutil.which("wrk"):
        return own_load(port, key, seconds, 0)
    environment = os.environ | {
        "WRK_COMMON": str(SCRIPTS / "common.lua"),
        "KEY": key,
        "SEED": str(time.time_ns() % 1_000_000),
    }
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}", "-s", str(SCRIPTS / "track.lua")]
    output = printed([*command, f"http://127.0.0.1:{port}"], environment)
    figures = next(line for line in output.splitlines() if line.startswith("FIGURES "))
    return msgspec.json.decode(figures.removeprefix("FIGURES "), type=Load, strict=False)


def own_load(port: int, key: str, seconds: int, rate: float) -> Load:
    """Load from benchmarks.load, at a rate if one is given."""
    where = ["--port", str(port), "--path", f"/api/v1/mobile/{key}/track", "--connections", str(CONNECTIONS)]
    how = ["--seconds", str(seconds), "--rate", str(rate)]
    output = printed([sys.executable, "-m", "benchmarks.load", *where, *how], dict(os.environ))
    return msgspec.json.decode(output, type=Load)


def printed(command: list[str], environment: dict[str, str]) -> str:
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=True).stdout


def in_turns(edge: int, noop: int, key: str, rounds: int, seconds: int) -> float:
    """Load both in turns and report; returns the edge's requests a second."""
    pairs = [(full_load(noop, key, seconds), full_load(edge, key, seconds)) for _ in range(rounds)]
    loads = [load for _, load in pairs]
    durable = statistics.median(load.requests / load.seconds for load in loads)
    report("durable single-event requests", durable, "requests/s")
    report(
        "requests of the no-op application", statistics.median(n.requests / n.seconds for n, _ in pairs), "requests/s"
    )
    ratios = [(load.requests / load.seconds) / (none.requests / none.seconds) for none, load in pairs]
    report("ratio of the two, median of the rounds", statistics.median(ratios), "")
    report("ratio of the two, best round", max(ratios), "")
    report("answer p50", statistics.median(load.p50_ms for load in loads), "ms")
    report("answer p99", statistics.median(load.p99_ms for load in loads), "ms")
    report("answer p99.9", statistics.median(load.p999_ms for load in loads), "ms")
    report("refused", sum(load.refused for load in loads), "requests")
    return durable


def at_half_load(edge: int, key: str, seconds: int, rate: float) -> None:
    load = own_load(edge, key, seconds, rate)
    report("half load", load.requests / load.seconds, "requests/s")
    report("half load, answer p50", load.p50_ms, "ms")
    report("half load, answer p99", load.p99_ms, "ms")
    report("half load, answer p99.9", load.p999_ms, "ms")


def run(options: argparse.Namespace, data: Path) -> None:
    key = init(data)["crossengage"]["mobile_api_key"]
    edge, noop = free_ports(2)
    role = ["passerby", "serve", "--role=edge", f"--data={data}", f"--port={edge}"]
    with process(role, edge), process(["benchmarks.edge", f"--serve-nothing={noop}"], noop):
        durable = in_turns(edge, noop, key, options.rounds, options.seconds)
        at_half_load(edge, key, 2 * options.seconds, durable / 2)
    with closing(SqliteLogReader(DataDir(data).log)) as log:
        report("messages on disk", log.accepted(1), "messages")


def main() -> None:
    """Start both, measure, report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=4)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--serve-nothing", type=int, default=0, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve_nothing:
        serve_nothing(options.serve_nothing)
        return
    with tempfile.TemporaryDirectory() as folder:
        run(options, Path(folder) / "data")
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
