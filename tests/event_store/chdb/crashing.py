"""A process that carries events into a store as fast as it can, to be killed.

Run as `-m tests.event_store.chdb.crashing FOLDER write|refill`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from tests.event_store.chdb.making import NOON, event, rows
from tests.positions import at

from passerby.delivery import relay as relays
from passerby.delivery.relay import Relay
from passerby.event_store.chdb.opening import open_event_store
from passerby.outbox.protocol import OutboxBatch, RelayPosition
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
            batches.append(OutboxBatch(id_, Position(last), last + 1 - first, body))
            left, room = left - batches[-1].events, room - len(body)
            if left <= 0 or room <= 0:
                break
        return batches

    def relay_position(self, name: str) -> RelayPosition:
        done, planned = self._positions().get(name, (0, 0))
        return RelayPosition(done, planned, at(FIRST[done] - 1))

    def plan(self, name: str, planned: int) -> None:
        self._write(name, self.relay_position(name).done, planned)

    def done(self, name: str, done: int) -> None:
        self._write(name, done, done)

    def reset(self, name: str) -> None:
        self._write(name, 0, 0)

    def deleted(self, first: int) -> frozenset[str]:
        del first
        return frozenset()

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        del limit
        return []

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None: ...

    def applied(self) -> Positions:
        return at(EVENTS)

    def _positions(self) -> dict[str, tuple[int, int]]:
        if not self._file.exists():
            return {}
        return msgspec.json.decode(self._file.read_bytes(), type=dict[str, tuple[int, int]])

    def _write(self, name: str, done: int, planned: int) -> None:
        fresh = self._file.with_suffix(".new")
        with fresh.open("wb") as file:
            file.write(msgspec.json.encode(self._positions() | {name: (done, planned)}))
            os.fsync(file.fileno())
        fresh.replace(self._file)


def main() -> None:
    """Carry small ranges until killed, telling how far it is done."""
    folder = Path(sys.argv[1])
    relays.LIMIT_ROWS = 25  # type: ignore[misc]  # small ranges are many moments to be killed at
    outbox = FileOutbox(folder / "outbox.json")
    store = open_event_store(folder / "events")
    if sys.argv[2] == "write":
        store.refilled()
    relay = Relay(outbox, store)
    while relay.step().batches:
        sys.stdout.write(f"{outbox.relay_position('events').done}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
