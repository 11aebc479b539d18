"""Throughput of identity resolution alone, among 10 thousand and 10 million known identifiers.

Measures the cost of identity per batch on the real state: cleaning, loading, the three rules, and writing decisions and
seen intervals in a durable transaction. Decoding, the catalogue, traits and events are left out; the figure `worker`
has all of those except decoding. Everything runs in one thread, in batches as large as the worker's.

    python -m benchmarks.resolver --identifiers 10000 10000000
"""

from __future__ import annotations

import argparse
import os
import random
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import uuid_utils
from benchmarks.report import report, write_json

from passerby.identity.cleaning import collect_evidence
from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.identity.resolver import Resolver
from passerby.log.protocol import Entry
from passerby.messages import Identifier, Message
from passerby.positions import Position
from passerby.profiles.activity import Activity
from passerby.settings import WorkerSettings
from passerby.state.protocol import Arrival, ProjectChanges, SeenInterval
from passerby.state.sqlite.store import SqliteState, open_state
from passerby.worker.batch import Worker

BATCH = WorkerSettings().batch_messages
MESSAGES = 100_000
NOW = 1_700_000_000_000

FILL_PROFILES = """
WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
INSERT INTO profiles (id, project, user_id, held, stage, first_seen, last_seen, event_count)
SELECT unhex(printf('01800000000070008000%012x', i)), 1, printf('u-%09d', i), '{"mobile_id":1,"user_id":1}', 2,
    ?3, ?3, 1
FROM n;
"""
FILL_IDENTIFIERS = """
WITH RECURSIVE n (i) AS (SELECT ?1 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?2)
INSERT INTO identifiers (project, namespace, value, scope, profile, first_seen, last_seen)
SELECT 1, ?4, printf('%s-%09d', ?5, i), '', unhex(printf('01800000000070008000%012x', i)), ?3, ?3 FROM n;
"""


def new_id() -> str:
    """A UUIDv7 in canonical text."""
    return str(uuid_utils.uuid7())


def fill(path: Path, people: int) -> None:
    """Give the state this many customers with a customer id and a mobile id each."""
    connection = open_state(path)
    connection.pragma("synchronous", "OFF")
    for start in range(0, people, 500_000):
        span = (start, min(start + 500_000, people), NOW)
        with connection:
            connection.execute(FILL_PROFILES, span)
            connection.execute(FILL_IDENTIFIERS, (*span, "mobile_id", "m"))
            connection.execute(FILL_IDENTIFIERS, (*span, "user_id", "u"))
    connection.close()
    with path.open("rb") as file:  # else the first durable transaction would have to write all of it
        os.fsync(file.fileno())


def messages(people: int, count: int, seed: int) -> Iterator[Message]:
    """Yield a realistic mix: mostly events of known devices, some sign-ins, some new visitors."""
    rng = random.Random(seed)
    for i in range(count):
        person, chance = rng.randrange(people), rng.random()
        device = Identifier("mobile_id", f"m-{person:09d}")
        if chance < 0.05:
            device = Identifier("mobile_id", f"new-{seed}-{i}")
        signs_in = 0.03 < chance < 0.15
        names = (device, Identifier("user_id", f"u-{person:09d}")) if signs_in else (device,)
        yield Message(
            project=1,
            id=new_id(),
            dialect="crossengage",
            kind="identify" if signs_in else "track",
            identifiers=names,
            time=NOW + i,
            received_at=NOW + i,
            name="" if signs_in else "Viewed Product",
            properties={} if signs_in else {"sku": "A-17", "price": 12.5, "quantity": 2, "category": "Shoes"},
            traits={"language": "en", "plan": "basic"} if signs_in else {},
            context={"ip": "192.0.2.7"},
        )


def resolve(state: SqliteState, batch: list[Entry]) -> None:
    """What identity does with a batch."""
    claims = [(entry, collect_evidence(entry.message.identifiers, DEFAULT_POLICY)) for entry in batch]
    with state.transaction():
        loaded = state.known(1, {name: None for _, evidence in claims for name in evidence.names}, ())
        resolver = Resolver(loaded.known)
        seen_intervals: dict[Identifier, SeenInterval] = {}
        for (_, message), evidence in claims:
            resolver.resolve(message.id, evidence, is_event=message.kind == "track")
            for name in evidence.names:
                seen = loaded.seen_intervals.get(name, SeenInterval(message.time, message.time))
                seen_intervals[name] = SeenInterval(seen.first, message.time, seen.row)
        states = {profile: loaded.known.states[profile] for profile in resolver.changed}
        activity = {profile: Activity(NOW, NOW) for profile in resolver.created}
        arrivals = {message.id: Arrival(message.received_at, position) for position, message in batch}
        state.apply(
            ProjectChanges(
                1,
                list(resolver.created),
                resolver.decisions,
                states,
                activity,
                seen_intervals=seen_intervals,
                arrivals=arrivals,
            )
        )


def measure(identifiers: int) -> None:
    """Fill a state and report both figures for it."""
    people = identifiers // 2
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "state.db"
        fill(path, people)
        state = SqliteState(path)
        for figure in ("resolver", "worker"):
            worker = Worker(state, lambda _: DEFAULT_POLICY)
            first = state.positions().offset() + 1
            entries = [
                Entry(Position(first + i), m) for i, m in enumerate(messages(people, MESSAGES, seed=len(figure)))
            ]
            started = time.perf_counter()
            for start in range(0, MESSAGES, BATCH):
                batch = entries[start : start + BATCH]
                if figure == "resolver":
                    resolve(state, batch)
                else:
                    worker.apply(batch)
            seconds = time.perf_counter() - started
            report(f"{figure}, {identifiers:,} identifiers", MESSAGES / seconds, "messages/s")
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
