"""Event properties as text or as the engine's JSON type: cost of writing, storing and querying.

Both tables have the event store's schema except for the type of `properties`. They are filled alternately with the same
batches. The queries are timelines of random people, and a count by event name and property value.

    python -m benchmarks.properties --events 1000000
"""

from __future__ import annotations

import argparse
import random
import statistics
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Final

import msgspec
from benchmarks.events import BATCH, NAMES, Source, person
from benchmarks.report import report, write_json

from passerby.event_store.chdb.connections import Engine
from passerby.storage import sql

KINDS: Final = {"text": "properties String", "JSON type": "properties JSON(max_dynamic_paths = 256)"}
ASKED: Final = {
    "text": "JSONExtractString(properties, 'channel') = 'mail'",
    "JSON type": "properties.channel = 'mail'",
}
LOOKUPS: Final = 300
COUNTS: Final = 20


class Table:
    """The event store's table with one of the two types."""

    def __init__(self, engine: Engine, kind: str, file: Path) -> None:
        self._engine = engine
        self._file = file
        self._table = kind.replace(" ", "_")
        self._asked = ASKED[kind]
        self.seconds = 0.0
        create = sql.load("passerby.event_store.chdb", "schema.sql")["events"].replace(
            "NOT EXISTS events", f"NOT EXISTS {self._table}"
        )
        write = sql.load("passerby.event_store.chdb", "queries.sql")["write"].replace(
            "INTO events", f"INTO {self._table}"
        )
        self._write = write.replace("properties String", KINDS[kind])
        engine.insert(create.replace("properties String", KINDS[kind]))

    def write(self, rows: bytes) -> None:
        """Store a batch, as the relay does."""
        self._file.write_bytes(rows)
        began = time.perf_counter()
        self._engine.insert(self._write, file=str(self._file))
        self.seconds += time.perf_counter() - began

    def size(self) -> int:
        """Bytes on disk, with the projection, when everything is merged."""
        self._engine.insert(f"OPTIMIZE TABLE {self._table} FINAL")
        query = "SELECT sum(bytes_on_disk) AS size FROM system.parts WHERE active AND table = {table:String}"
        return int(msgspec.json.decode(self._engine.query(query, table=self._table))["size"])

    def timeline(self, profile: str) -> bytes:
        """The newest events of a profile, with all that they have."""
        return self._engine.query(
            f"SELECT * FROM {self._table} WHERE project = 1 AND profile_id = {{profile:UUID}} "  # noqa: S608 - our own name
            "ORDER BY time DESC LIMIT 50 SETTINGS max_threads = 1",
            profile=profile,
        )

    def count(self, name: str) -> bytes:
        """How many events of a name have a certain value."""
        return self._engine.query(
            f"SELECT count() AS events FROM {self._table} "  # noqa: S608 - our own name
            f"WHERE project = 1 AND name = {{name:String}} AND {self._asked}",
            name=name,
        )


def median_ms(asked: Sequence[Callable[[], object]]) -> float:
    """The median time of these, in milliseconds."""
    seconds = []
    for ask in asked:
        began = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds) * 1000


def measure(engine: Engine, folder: Path, events: int) -> None:
    """Fill both, ask both, report."""
    tables = {kind: Table(engine, kind, folder / "batch") for kind in KINDS}
    people = events // 10
    for rows in Source(people, events).batches(events, BATCH):
        for table in tables.values():
            table.write(rows)
    rng = random.Random(1)
    for kind, table in tables.items():
        report(f"{kind}, written", events / table.seconds, "rows/s")
        report(f"{kind}, size", table.size() / 1e6, "MB")
    for kind, table in tables.items():
        lookups = [partial(table.timeline, person(rng.randrange(people))) for _ in range(LOOKUPS)]
        counts = [partial(table.count, rng.choice(NAMES)) for _ in range(COUNTS)]
        report(f"{kind}, timeline p50", median_ms(lookups), "ms")
        report(f"{kind}, count by name and value p50", median_ms(counts), "ms")


def main() -> None:
    """Measure at the size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        engine = Engine(Path(folder) / "events", 2 << 30)
        try:
            measure(engine, Path(folder), options.events)
        finally:
            engine.close()
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
