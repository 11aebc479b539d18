"""The cost of abuse for other clients, and the latency of reads of an abused profile.

Identity: a worker applies batches of which half is a realistic mix and half abuse, alternating with batches whose other
half is the same messages with identifiers of their own; in one run, on one state. `ratio` is the speed of the former
divided by that of the latter, over the whole run and over its last quarter, when data that grows with abuse has grown:
1 means that abuse costs as much as ordinary traffic. For the abused profile, reading it, its first and last page of
history, an explanation, and an undo are timed.

Ingestion: regular clients send at a fixed rate to a server, alternately alone and while one key of another project
floods it; the ratio is that of the answers per second that regular clients receive.

    python -m benchmarks.abuse --messages 100000 --seconds 5
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

import msgspec
from benchmarks.load import Load
from benchmarks.report import report, write_json
from benchmarks.resolver import BATCH, NOW, fill, messages, new_id
from tests.server_process import Server

from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.worker.batch import Worker

PEOPLE = 5_000
"""Profiles in the state: customers with a user ID and a mobile ID each."""
HALF = BATCH // 2
PAGE = 100
ROUNDS = 3
VICTIMS_A_SECOND = 400.0
CUSTOMER = Identifier("user_id", "abused")
DEVICE = Identifier("mobile_id", "abused")

Shape = Callable[[int, str, str], Message]
"""Makes a message of its number, an identifier that abusive messages share, and an identifier of its own."""


def said(number: int, *names: Identifier, event: str = "") -> Message:
    """Return a message with these identifiers: a track call if `event` is given, else an identify call."""
    return Message(
        project=1,
        id=new_id(),
        dialect="segment",
        kind="track" if event else "identify",
        identifiers=names,
        time=NOW + number,
        received_at=NOW + number,
        name=event,
        properties={"sku": "A-17"} if event else {},
    )


def shared_customer(number: int, shared: str, own: str) -> Message:
    """One customer id on every device."""
    return said(number, Identifier("user_id", shared), Identifier("anonymous_id", own), event="Seen")


def shared_hint(number: int, shared: str, own: str) -> Message:
    """One device id behind every visitor."""
    return said(number, Identifier("anonymous_id", own), Identifier("device_id", shared), event="Seen")


def aliases(number: int, shared: str, own: str) -> Message:
    """Visitors who are then identified as one customer."""
    if number % 2:
        return said(number, Identifier("user_id", shared), Identifier("previous_id", own))
    return said(number, Identifier("anonymous_id", own), event="Seen")


def shared_device(number: int, shared: str, own: str) -> Message:
    """One device on which every customer signs in."""
    return said(number, Identifier("user_id", own), Identifier("mobile_id", shared))


def abuse(shape: Shape, number: int) -> Message:
    """Return a message that shares an identifier with all others."""
    return shape(number, "abused", f"abuse-{number // 2 * 2}" if shape is aliases else f"abuse-{number}")


def honest(shape: Shape, number: int) -> Message:
    """Return the same message without a shared identifier."""
    person = number // 2 if shape is aliases else number
    return shape(number, f"honest-{person}", f"honest-{person}")


SHAPES: dict[str, tuple[Shape, Identifier]] = {
    "one customer id on many devices": (shared_customer, CUSTOMER),
    "one device id of many visitors": (shared_hint, Identifier("anonymous_id", "abuse-0")),
    "many aliases on one profile": (aliases, CUSTOMER),
    "one device of many customers": (shared_device, DEVICE),
}


class Trial:
    """A state on which one abuse is tried."""

    def __init__(self, folder: Path) -> None:
        path = folder / "state.db"
        fill(path, PEOPLE)
        self.state, self.reader = SqliteState(path), SqliteStateReader(path)
        self._worker = Worker(self.state, lambda _: DEFAULT_POLICY)
        self._position = 0

    def close(self) -> None:
        self.reader.close()
        self.state.close()

    def apply(self, batch: list[Message]) -> float:
        """Apply a batch; return the seconds that it took."""
        entries = [Entry(Position(self._position + number), message) for number, message in enumerate(batch, 1)]
        self._position += len(batch)
        started = time.perf_counter()
        self._worker.apply(entries)
        return time.perf_counter() - started


def mixed(others: list[Message], more: list[Message]) -> list[Message]:
    """The two, taking turns."""
    return [message for pair in zip(others, more, strict=True) for message in pair]


def batches(count: int, shape: Shape) -> Iterator[tuple[list[Message], list[Message]]]:
    """Pairs of batches: one that is half abuse, and one with as many honest messages."""
    others = messages(PEOPLE, 2 * HALF * count, seed=1)
    for start in range(0, HALF * count, HALF):
        numbers = range(start, start + HALF)
        bad, good = ([make(shape, number) for number in numbers] for make in (abuse, honest))
        yield mixed(list(islice(others, HALF)), bad), mixed(list(islice(others, HALF)), good)


def try_identity(name: str, shape: Shape, about: Identifier, count: int) -> None:
    """Report what one abuse costs, and what reading costs behind it."""
    with tempfile.TemporaryDirectory() as folder:
        trial = Trial(Path(folder))
        took = [(trial.apply(bad), trial.apply(good)) for bad, good in batches(count // HALF, shape)]
        last = took[-max(1, len(took) // 4) :]
        for which, pairs in (("", took), (", last quarter", last)):
            report(f"{name}, ratio{which}", sum(good for _, good in pairs) / sum(bad for bad, _ in pairs), "")
        report(f"{name}, messages", HALF * len(took) / sum(bad for bad, _ in took) * 2, "messages/s")
        read(name, trial, about)
        trial.close()


def read(name: str, trial: Trial, about: Identifier) -> None:
    """Report how long it takes to read the abused profile, and to undo one of its merges."""
    reader = trial.reader
    profile = reader.profile_of(1, about)
    if profile is None:
        raise LookupError(f"no profile has {about}")
    pages, last, after = 0, 0, 0
    while (page := reader.history(1, profile.id, limit=PAGE, after=after)) and page.after:
        last, after, pages = after, page.after, pages + 1
    report(f"{name}, history", pages + 1, "pages")
    timed(f"{name}, profile", lambda: reader.profile(1, profile.id))
    timed(f"{name}, first page", lambda: reader.history(1, profile.id, limit=PAGE))
    timed(f"{name}, last page", lambda: reader.history(1, profile.id, limit=PAGE, after=last))
    timed(f"{name}, why", lambda: reader.why(1, profile.id, about))
    if merges := [merge.id for merge in reader.merges(1, limit=20) if merge.winner == profile.id]:
        timed(f"{name}, merge", lambda: reader.merge(1, merges[-1]))
        timed(f"{name}, undo", lambda: trial.state.undo_merge(1, merges.pop(), NOW), len(merges))


def timed(what: str, act: Callable[[], object], times: int = 10) -> None:
    """Report the slowest of some runs."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        took.append((time.perf_counter() - started) * 1_000)
    report(f"{what}, slowest", max(took), "ms")


def victims(server: Server, seconds: float) -> Load:
    """Send the regular clients' requests at their rate for this many seconds."""
    path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
    where = ["--port", str(server.port), "--path", path, "--connections", "16"]
    how = ["--seconds", str(seconds), "--rate", str(VICTIMS_A_SECOND)]
    command = [sys.executable, "-m", "benchmarks.load", *where, *how]
    return msgspec.json.decode(subprocess.run(command, capture_output=True, check=True).stdout, type=Load)


def flooded(server: Server, key: str, seconds: float) -> tuple[Load, Load]:
    """Return the results of the regular clients while one key sends as fast as it can, and of that key."""
    where = ["--port", str(server.port), "--path", f"/api/v1/mobile/{key}/track", "--connections", "64"]
    command = [sys.executable, "-m", "benchmarks.load", *where, "--seconds", str(seconds + 1)]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as flood:
        time.sleep(0.5)  # the flood has started before the regular clients do, and lasts until they have finished
        load = victims(server, seconds)
        printed, _ = flood.communicate()
    return load, msgspec.json.decode(printed, type=Load)


def second_key(server: Server) -> str:
    """Add a project and return a key of it."""
    command = [sys.executable, "-m", "passerby", "projects", "add", "flood", "--data", str(server.data), "--json"]
    added = json.loads(subprocess.run(command, capture_output=True, check=True).stdout)
    key: str = added["crossengage"]["mobile_api_key"]
    return key


def try_ingestion(seconds: float) -> None:
    """Report what a flood by one key costs regular clients."""
    with tempfile.TemporaryDirectory() as folder:
        server = Server(Path(folder) / "data")
        try:
            key = second_key(server)
            server.start()
            server.wait_until_healthy()
            victims(server, 2)  # warm up, and make the profiles
            pairs = [(victims(server, seconds), *flooded(server, key, seconds)) for _ in range(ROUNDS)]
        finally:
            server.kill()
    rates = [(alone.requests / alone.seconds, load.requests / load.seconds) for alone, load, _ in pairs]
    name = "one key floods"
    report(f"{name}, the flood", statistics.median(flood.requests / flood.seconds for *_, flood in pairs), "requests/s")
    report(f"{name}, regular clients alone", statistics.median(alone for alone, _ in rates), "requests/s")
    report(f"{name}, regular clients", statistics.median(load for _, load in rates), "requests/s")
    report(f"{name}, ratio", statistics.median(load / alone for alone, load in rates), "")
    report(f"{name}, answer p50 alone", statistics.median(alone.p50_ms for alone, *_ in pairs), "ms")
    report(f"{name}, answer p50", statistics.median(load.p50_ms for _, load, _ in pairs), "ms")
    report(f"{name}, answer p99", statistics.median(load.p99_ms for _, load, _ in pairs), "ms")
    report(f"{name}, rejected of regular clients", sum(load.refused for _, load, _ in pairs), "requests")


def main() -> None:
    """Try each abuse."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=100_000)
    parser.add_argument("--seconds", type=float, default=5.0)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    for name, (shape, about) in SHAPES.items():
        try_identity(name, shape, about, options.messages)
    if options.seconds:
        try_ingestion(options.seconds)
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
