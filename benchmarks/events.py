"""The event store alone: write throughput, query latency and memory.

Filled are 1 and 10 million events of a tenth as many people, over 30 days, with a mix of 60 event names and five or so
properties each, directly through the writer. Then: timelines of random people (about 10 events), of people with 10,000
events, and of profiles merged from 20; counts by name, and by name and attribute; and the same timelines while 20,000
events a second are written.

    python -m benchmarks.events --events 1000000 10000000 --json events.json
"""

from __future__ import annotations

import argparse
import random
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from benchmarks.report import report, write_json

from passerby.event_store.chdb.opening import open_event_store
from passerby.event_store.chdb.store import ChdbEventStore

PROJECT: Final = 1
BATCH: Final = 20_000
LIVE_BATCH: Final = 4_000
LIVE_ROWS_PER_SECOND: Final = 20_000
LIVE_SECONDS: Final = 15
LOOKUPS: Final = 400
NAMES: Final = [f"event {number}" for number in range(60)]
DAY_MS: Final = 86_400_000
BEGIN: Final = 1_760_000_000_000
SPAN_MS: Final = 30 * DAY_MS
BUSY_PEOPLE: Final = 5
BUSY_EVENTS: Final = 10_000
CHANNELS: Final = ["search", "mail", "push", "shop", "advert", "partner", "letter"]


def person(number: int) -> str:
    """The profile id of a person: a UUIDv7 like any other."""
    scattered = number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF
    made = BEGIN - SPAN_MS + number * 7 % SPAN_MS
    return f"{made >> 16:08x}-{made & 0xFFFF:04x}-7{scattered >> 52:03x}-9{scattered >> 40 & 0xFFF:03x}-{number:012x}"


def shapes(rng: random.Random) -> list[tuple[bytes, bytes]]:
    """Event names with properties, as they are found in a row: some thousand to draw from."""
    attributes = {name: rng.sample(range(200), rng.randint(2, 8)) for name in NAMES}
    weights = [1 / (rank + 1) for rank in range(len(NAMES))]
    drawn = rng.choices(NAMES, weights, k=5_000)
    return [(name.encode(), properties(rng, attributes[name])) for name in drawn]


def properties(rng: random.Random, attributes: list[int]) -> bytes:
    """Values of four kinds, by attribute."""
    kinds: list[Callable[[], object]] = [
        lambda: rng.choice(CHANNELS),
        lambda: rng.randrange(100_000),
        lambda: round(rng.random() * 500, 2),
        lambda: f"https://shop.example/{rng.randrange(5_000)}/item?from={rng.choice(CHANNELS)}",
    ]
    named = {f"attribute {number}": kinds[number % 4]() for number in attributes}
    return msgspec.json.encode(named | {"channel": rng.choice(CHANNELS), "amount": round(rng.random() * 90, 1)})


def contexts(rng: random.Random) -> list[bytes]:
    """What the clients say of themselves."""
    return [
        msgspec.json.encode(
            {
                "device": {"model": f"model {rng.randrange(90)}", "os": "Android", "os_version": rng.randint(8, 15)},
                "app": {"name": "shop", "version": f"4.{rng.randrange(20)}.1"},
                "ip": f"10.{rng.randrange(256)}.3.{rng.randrange(256)}",
                "user_agent": f"Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/{rng.randint(90, 130)}.0",
            }
        )
        for _ in range(500)
    ]


class Source:
    """Makes rows as the worker does, and quickly."""

    ROW: Final = (
        b'{"project":1,"profile_id":"%b","time":%d,"id":"%08x-%04x-7%03x-9%03x-%012x","name":"%b","received_at":%d,'
        b'"position":%d,"properties":%b,"rejected":[],"context":%b,"session_id":"%012x","dialect":"webengage"}\n'
    )

    def __init__(self, people: int, total: int, named: Callable[[int], str] = person) -> None:
        self._rng = random.Random(7)
        self._people = [named(number).encode() for number in range(people)]
        self._shapes = shapes(self._rng)
        self._contexts = contexts(self._rng)
        self._step = SPAN_MS / total
        self._busy_every = max(1, total // (BUSY_PEOPLE * BUSY_EVENTS))
        self.made = 0

    def rows(self, count: int) -> bytes:
        """So many events, each later than the one before."""
        return b"".join(self._row(number) for number in range(self.made, self.made + count))

    def batches(self, events: int, size: int) -> Iterator[bytes]:
        """Rows for so many events, a batch at a time."""
        for _ in range(0, events, size):
            yield self.rows(size)
            self.made += size

    def _row(self, number: int) -> bytes:
        chance = self._rng.random()
        draw = int(chance * (1 << 52))
        who = number // self._busy_every % BUSY_PEOPLE if number % self._busy_every == 0 else draw % len(self._people)
        at = BEGIN + int(number * self._step)
        name, named = self._shapes[draw % 5_000]
        return self.ROW % (
            self._people[who], at - draw % 3_000, at >> 16, at & 0xFFFF, draw & 0xFFF, draw >> 12 & 0xFFF, number,
            name, at, number + 1, named, self._contexts[draw % 500], draw >> 20,
        )  # fmt: skip


def memory(field: str = "VmRSS") -> float:
    """What this process holds in memory, in MB: now, or at most so far (`VmHWM`)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(field)) / 1024


def disk(folder: Path) -> int:
    """Bytes in a folder."""
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def timed(figure: str, ask: Callable[[], object], times: int) -> None:
    """Report the median and the 99th percentile of asking."""
    ask()
    taken = []
    for _ in range(times):
        begun = time.perf_counter()
        ask()
        taken.append((time.perf_counter() - begun) * 1_000)
    taken.sort()
    report(f"{figure}, p50", taken[len(taken) // 2], "ms")
    report(f"{figure}, p99", taken[int(len(taken) * 0.99)], "ms")


def fill(store: ChdbEventStore, source: Source, events: int, size: str) -> None:
    """Write so many events, timing the writes and not the making."""
    taken = processor = 0.0
    for number, rows in enumerate(source.batches(events, BATCH)):
        begun, used = time.perf_counter(), time.process_time()
        store.write(rows, str(number))
        taken, processor = taken + time.perf_counter() - begun, processor + time.process_time() - used
    report(f"events written a second, {size}", events / taken, "rows/s")
    report(f"processor time a row, merges included, {size}", processor / events * 1e6, "us")


def timelines(store: ChdbEventStore, people: int, size: str, times: int = LOOKUPS) -> None:
    """Ask for timelines of three sorts of profiles."""
    rng = random.Random(3)

    def of(members: int, limit: int, among: range) -> Callable[[], object]:
        return lambda: store.timeline(PROJECT, [person(rng.choice(among)) for _ in range(members)], limit=limit)

    usual, busy = range(BUSY_PEOPLE, people), range(BUSY_PEOPLE)
    timed(f"timeline of a profile, {size}", of(1, 50, usual), times)
    timed(f"timeline of a profile merged from 20, {size}", of(20, 50, usual), times // 4)
    timed(f"timeline of a profile with 10,000 events, {size}", of(1, 50, busy), times // 4)


def counts(store: ChdbEventStore, size: str) -> None:
    """Ask for counts."""
    timed(f"count of all events, {size}", lambda: store.total(PROJECT), 10)
    timed(f"count by name, {size}", lambda: store.count(PROJECT, NAMES[3]), 10)
    timed(f"count by name and attribute, {size}", lambda: store.count(PROJECT, NAMES[3], "channel", CHANNELS[2]), 10)
    timed(f"counts of every name by day, {size}", lambda: store.daily_counts(PROJECT, 0), 5)


def by_id(store: ChdbEventStore, people: int, size: str) -> None:
    """Ask for events by nothing but their ids."""
    rng = random.Random(4)
    found = [store.timeline(PROJECT, [person(rng.randrange(people))], limit=1) for _ in range(LOOKUPS // 4)]
    ids = [event.id for timeline in found for event in timeline]
    timed(f"event by its id, {size}", lambda: store.event(PROJECT, rng.choice(ids)), LOOKUPS // 4)


def live(store: ChdbEventStore, source: Source, people: int, size: str) -> None:
    """Read timelines while events are written, from a file, so that generating them is not measured."""
    with tempfile.TemporaryFile() as file:
        lengths = [file.write(rows) for rows in source.batches(LIVE_ROWS_PER_SECOND * LIVE_SECONDS, LIVE_BATCH)]
        file.seek(0)
        writer = threading.Thread(target=_write, args=(store, file, lengths))
        used, begun = time.process_time(), time.perf_counter()
        writer.start()
        taken = sorted(_ask_while(writer, store, people))
        seconds = time.perf_counter() - begun
    report(f"rows written a second while read, {size}", LIVE_ROWS_PER_SECOND * LIVE_SECONDS / seconds, "rows/s")
    report(f"processors used while written and read, {size}", (time.process_time() - used) / seconds, "cores")
    report(f"timeline while 20,000 rows a second come, p50, {size}", taken[len(taken) // 2], "ms")
    report(f"timeline while 20,000 rows a second come, p99, {size}", taken[int(len(taken) * 0.99)], "ms")


def _ask_while(writer: threading.Thread, store: ChdbEventStore, people: int) -> Iterator[float]:
    """Milliseconds of one timeline after the other."""
    rng = random.Random(5)
    while writer.is_alive():
        asked = time.perf_counter()
        store.timeline(PROJECT, [person(rng.randrange(people))], limit=50)
        yield (time.perf_counter() - asked) * 1_000
        time.sleep(0.05)


def _write(store: ChdbEventStore, file: BinaryIO, lengths: list[int]) -> None:
    begun = time.monotonic()
    for number, length in enumerate(lengths):
        time.sleep(max(0, begun + number * LIVE_BATCH / LIVE_ROWS_PER_SECOND - time.monotonic()))
        store.write(file.read(length), f"live-{number}")


def measure(folder: Path, events: int) -> None:
    """Fill a store and report every figure for it."""
    size = f"{events:,} events"
    people = events // 10
    source = Source(people, events)
    before = memory()
    store = open_event_store(folder)
    report(f"memory that opening an empty store takes, {size}", memory() - before, "MB")
    fill(store, source, events, size)
    report(f"memory that the filled store takes, {size}", memory() - before, "MB")
    report(f"disk, {size}", disk(folder) / 1e6, "MB")
    timelines(store, people, size)
    counts(store, size)
    by_id(store, people, size)
    report(f"memory after queries, {size}", memory() - before, "MB")
    live(store, source, people, size)
    report(f"memory after writes under queries, {size}", memory() - before, "MB")
    report(f"memory at most, {size}", memory("VmHWM") - before, "MB")
    store.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, nargs="+", default=[1_000_000, 10_000_000])
    parser.add_argument("--json", type=Path, help="write all figures to this file as well")
    parser.add_argument("--folder", type=Path, help="make and keep the stores here; else a temporary folder")
    options = parser.parse_args()
    folder = options.folder or Path(tempfile.mkdtemp(prefix="passerby-events-"))
    try:
        for events in options.events:
            measure(folder / str(events), events)
    finally:
        if not options.folder:
            shutil.rmtree(folder)
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
