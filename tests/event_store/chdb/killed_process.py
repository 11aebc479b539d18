"""A process that carries events into a store as fast as it can, to be killed.

Run as `-m tests.event_store.chdb.killed_process FOLDER write|refill`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from tests.event_store.chdb.sample_changes import NOW, changes_at
from tests.event_store.chdb.sample_events import NOON, event, rows
from tests.positions import at

from passerby.delivery import relay as relays
from passerby.delivery.relay import Relay
from passerby.event_store.chdb import sink as sinks
from passerby.event_store.chdb.opening import open_event_store
from passerby.event_store.chdb.sink import ChdbSink
from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.outbox.records import encoded
from passerby.positions import Position, Positions

BATCHES = 3_000
DAY_MS = 86_400_000


def size(number: int) -> int:
    """How many events a batch holds."""
    return 1 + number * 7 % 13


FIRST = [1]
for _number in range(BATCHES):
    FIRST.append(FIRST[-1] + size(_number))
EVENTS = FIRST[-1] - 1


class FileOutbox:
    """An outbox whose batches are always the same, and whose positions are in a file."""

    def __init__(self, file: Path) -> None:
        self._file = file

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        batches: list[OutboxBatch] = []
        left, room = limit_rows, limit_bytes
        for id_ in range(after + 1, BATCHES + 1):
            first, last = FIRST[id_ - 1], FIRST[id_] - 1
            body = rows(event(n, time=NOON + n % 40 * DAY_MS) for n in range(first, last + 1))
            changes = encoded([changes_at(n)[0] for n in range(first, last + 1) if n % 5 == 0])
            batches.append(OutboxBatch(id_, Position(last), last + 1 - first, body, changes, NOW))
            left, room = left - batches[-1].events, room - len(body)
            if left <= 0 or room <= 0:
                break
        return batches

    def first(self) -> int:
        return 1

    def delivered(self, consumer: str) -> Delivered:
        row = self._rows().get(consumer, 0)
        return Delivered(row, at(FIRST[row] - 1))

    def commit(self, consumer: str, row: int) -> None:
        fresh = self._file.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(self._rows() | {consumer: row}))
            os.fsync(file.fileno())
        fresh.replace(self._file)

    def deleted(self, first: int) -> frozenset[str]:
        del first
        return frozenset()

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        del limit
        return []

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None: ...

    def applied(self) -> Positions:
        return at(EVENTS)

    def _rows(self) -> dict[str, int]:
        if not self._file.exists():
            return {}
        return msgspec.json.decode(self._file.read_bytes(), type=dict[str, int])


def main() -> None:
    """Carry small ranges until killed, telling how far it is done."""
    folder = Path(sys.argv[1])
    relays.LIMIT_ROWS = 25  # type: ignore[misc]  # small ranges are many moments to be killed at
    relays.COMMIT_SECONDS = 0.05  # type: ignore[misc]  # as above
    sinks.CLAIM_ROWS = 5  # type: ignore[misc]  # as above
    outbox = FileOutbox(folder / "outbox.json")
    store = open_event_store(folder / "events")
    if sys.argv[2] == "write":
        store.refilled()
    sink = ChdbSink(store)
    relay = Relay(outbox, sink)
    while relay.step().batches:
        delivered = sink.delivered()
        assert delivered is not None
        sys.stdout.write(f"{delivered.row}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
