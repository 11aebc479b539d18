"""The worker's CPU per message and the outbox bytes per event, at several batch sizes.

Measured on the real state among 10,000 known customers: processor time of `Worker.apply`, which has all but the reading
of the log, and the bytes of the outbox's rows. With `--compare`, rounds with one setting of SQLite and with another
alternate, so that both get the machine's slow moments. The least of all rounds is reported.

    python -m benchmarks.worker
    python -m benchmarks.worker --compare secure_delete=OFF secure_delete=ON --rounds 15
"""

from __future__ import annotations

import argparse
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from benchmarks.report import report, write_json
from benchmarks.resolver import fill, messages

from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.protocol import Entry
from passerby.positions import Position
from passerby.state.sqlite.store import SqliteState
from passerby.worker.batch import Worker

PEOPLE = 10_000
MESSAGES = 20_000
BATCHES = (1, 100, 5_000)
FEW = 2_000
"""Messages applied one by one, of which each waits for the disk."""


class Round(NamedTuple):
    """One measurement: µs a message, and bytes of the outbox for each event, of which so many are changes."""

    microseconds: float
    bytes: float
    changes: float


def measure(pragma: str, batch: int, count: int, seed: int) -> Round:
    """Apply so many messages to a new state, after as many that warm it up, with one setting of SQLite."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        fill(path, PEOPLE)
        state = SqliteState(path)
        if pragma:
            state.connection.execute(f"PRAGMA {pragma}")
        worker = Worker(state, lambda _: DEFAULT_POLICY)
        entries = [Entry(Position(n), message) for n, message in enumerate(messages(PEOPLE, 2 * count, seed), 1)]
        seconds, taken = 0.0, [entries[:count], entries[count:]]
        for part in taken:
            started = time.process_time()
            for first in range(0, count, batch):
                worker.apply(part[first : first + batch])
            seconds = time.process_time() - started
        events, size, changes = next(
            iter(state.connection.execute("SELECT sum(events), sum(bytes), sum(length(changes)) FROM outbox"))
        )
        state.close()
    return Round(seconds / count * 1e6, size / events, changes / events)


def main() -> None:
    """Measure each size of a batch, and each of the settings."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--compare", nargs="+", default=[""], metavar="PRAGMA")
    parser.add_argument("--batches", type=int, nargs="+", default=BATCHES)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--messages", type=int, default=MESSAGES)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    for batch in options.batches:
        count = min(options.messages, FEW) if batch == 1 else options.messages
        rounds = [[measure(pragma, batch, count, seed) for pragma in options.compare] for seed in range(options.rounds)]
        for pragma, taken in zip(options.compare, zip(*rounds, strict=True), strict=True):
            least = Round(*map(min, zip(*taken, strict=True)))
            name = f"worker, batches of {batch:,}" + (f", {pragma}" if pragma else "")
            report(name, least.microseconds, "µs/message")
            report(f"outbox, batches of {batch:,}" + (f", {pragma}" if pragma else ""), least.bytes, "bytes/event")
            report("  of which changes", least.changes, "bytes/event")
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
