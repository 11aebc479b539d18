"""Time and memory of `passerby doctor --deep` on a large data directory while a server writes to it.

The worker fills the data directory from a log: customers with ten identifiers each, half of them from a merge. Then a
server runs on it, a client sends events at a fixed rate, and the doctor checks the directory.

    python -m benchmarks.doctor --profiles 100000
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from benchmarks.load import Load
from benchmarks.report import report, write_json
from benchmarks.resolver import BATCH, NOW, new_id
from tests.server_process import Server

from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Identifier, Message
from passerby.state.sqlite.store import SqliteState
from passerby.storage.data_dir import DataDir
from passerby.worker.batch import Worker

DEVICES = 9
A_SECOND = 400.0
SECONDS = 8.0


def said(person: int, *names: Identifier) -> Message:
    """Something that a person does."""
    return Message(
        project=1,
        id=new_id(),
        dialect="crossengage",
        kind="track",
        identifiers=names,
        time=NOW + person,
        received_at=NOW + person,
        name="Viewed Product",
        properties={"sku": "A-17"},
    )


def messages(people: int) -> Iterator[Message]:
    """Yield messages of users, each a visitor with some devices first, then a customer with others, then both."""
    for person in range(people):
        devices = [Identifier(("mobile_id", "anonymous_id")[n % 2], f"{person}-{n}") for n in range(DEVICES)]
        customer = Identifier("user_id", f"u-{person}")
        yield said(person, *devices[:4])
        yield said(person, customer, *devices[4:])
        yield said(person, customer, devices[0])


def fill(data: Path, people: int) -> None:
    """Let the worker apply what a log has of so many people."""
    folder, sent = DataDir(data), messages(people)
    worker = Worker(state := SqliteState(folder.state), lambda _: DEFAULT_POLICY)
    with closing(state), closing(SqliteLogWriter(folder.log)) as log, closing(SqliteLogReader(folder.log)) as tail:
        while batch := list(islice(sent, BATCH)):
            log.append([msgspec.json.encode(message) for message in batch], {1: len(batch)}, NOW)
            worker.apply(tail.read(state.positions(), BATCH))


def examine(data: Path) -> tuple[Any, float, float]:
    """What the doctor says, how long it took (seconds), and how much memory (MB)."""
    command = [sys.executable, "-m", "passerby", "doctor", "--deep", "--json", "--data", str(data)]
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as doctor:
        printed = doctor.stdout.read() if doctor.stdout else b""
        _, doctor.returncode, used = os.wait4(doctor.pid, 0)
    return msgspec.json.decode(printed), time.perf_counter() - started, used.ru_maxrss / 1024


def loading(server: Server, seconds: float) -> subprocess.Popen[bytes]:
    """Start a client that sends events at a fixed rate for this many seconds."""
    path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
    where = ["--port", str(server.port), "--path", path, "--connections", "16"]
    how = ["--seconds", str(seconds), "--rate", str(A_SECOND)]
    return subprocess.Popen([sys.executable, "-m", "benchmarks.load", *where, *how], stdout=subprocess.PIPE)


def seen(load: subprocess.Popen[bytes]) -> Load:
    """Wait for a client and return its result."""
    printed, _ = load.communicate()
    return msgspec.json.decode(printed, type=Load)


def measure(server: Server, seconds: float) -> None:
    """Run the diagnostics while a client sends, and report both results."""
    alone = seen(loading(server, SECONDS))
    load = loading(server, seconds)
    said, took, megabytes = examine(server.data)
    during = seen(load)
    properties = said["properties"]
    report("doctor --deep", took, "s")
    report("doctor --deep, memory", megabytes, "MB")
    report("doctor --deep, rows checked", sum(each["checked"] for each in properties), "rows")
    report("doctor --deep, broken", sum(each["broken"] for each in properties), "rows")
    report("answer p99 without it", alone.p99_ms, "ms")
    report("answer p99 during it", during.p99_ms, "ms")
    report("rejected", alone.refused + during.refused, "requests")


def main() -> None:
    """Fill a folder, serve it, examine it."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--profiles", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=60, help="how long a client sends events")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        try:
            fill(server.data, options.profiles)
            server.start()
            server.wait_until_healthy()
            measure(server, options.seconds)
        finally:
            server.kill()
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
