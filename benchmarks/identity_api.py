"""Latency of undo, preview and explain on a profile with 1,000 identifiers, among 10 thousand and 10 million.

Measures the API's work without HTTP: reading or writing the state's file, on an open connection. The profile has
absorbed 10 visitors with 99 devices each; every undo separates one of them, which is then merged again.

    python -m benchmarks.identity_api --identifiers 10000 10000000
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.report import report, write_json
from benchmarks.resolver import NOW, fill, new_id

from passerby.identity.cleaning import collect_evidence
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.identity.preview import preview
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.worker.batch import Worker

TIMES = 50
VISITORS = 10
DEVICES = 99
CUSTOMER = Identifier("user_id", "u-000000001")


def message(*names: Identifier) -> Message:
    """Return an identify call with these identifiers."""
    return Message(
        project=1, id=new_id(), dialect="test", kind="identify", identifiers=names, time=NOW, received_at=NOW
    )


def devices(visitor: int) -> list[Identifier]:
    """The names of one visitor's devices, half of them cookies."""
    return [Identifier(("anonymous_id", "mobile_id")[n % 2], f"v{visitor}-{n}") for n in range(DEVICES)]


def grow(state: SqliteState) -> None:
    """Let one customer come to about 1,000 identifiers by merges."""
    worker = Worker(state, lambda _: DEFAULT_POLICY)
    said = [message(*devices(visitor)) for visitor in range(VISITORS)]
    said += [message(CUSTOMER, devices(visitor)[0]) for visitor in range(VISITORS)]
    worker.apply([Entry(Position(state.positions().offset() + 1 + n), each) for n, each in enumerate(said)])


def timed(what: str, identifiers: int, act: Callable[[], object], times: int = TIMES) -> None:
    """Report the median and the slowest of some runs."""
    took = []
    for _ in range(times):
        started = time.perf_counter()
        act()
        took.append((time.perf_counter() - started) * 1_000)
    report(f"{what}, median, {identifiers:,} identifiers", statistics.median(took), "ms")
    report(f"{what}, slowest, {identifiers:,} identifiers", max(took), "ms")


def measure(identifiers: int) -> None:
    """Fill a state and report each figure for it."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        fill(path, identifiers // 2)
        state, reader = SqliteState(path), SqliteStateReader(path)
        grow(state)
        profile = reader.merges(1, limit=1)[0].winner
        device = devices(0)[5]

        def look_ahead() -> None:
            evidence = collect_evidence((CUSTOMER, device, Identifier("mobile_id", "m-000000007")))
            known = reader.known(1, evidence.mentioned, evidence.hints)
            preview(known, evidence, is_event=True, policy=DEFAULT_POLICY)

        merges = [merge.id for merge in reader.merges(1, limit=VISITORS)]
        timed("preview", identifiers, look_ahead)
        timed("why", identifiers, lambda: reader.why(1, profile, device))
        timed("merge", identifiers, lambda: reader.merge(1, merges[-1]))
        timed("undo", identifiers, lambda: state.undo_merge(1, merges.pop(), NOW), VISITORS)
        reader.close()
        state.close()


def main() -> None:
    """Measure at each size asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--identifiers", type=int, nargs="+", default=[10_000, 10_000_000])
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    for identifiers in options.identifiers:
        measure(identifiers)
    if options.json:
        write_json(options.json)


if __name__ == "__main__":
    main()
