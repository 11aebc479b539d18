"""Reads the engine's own tables and waits for its background work."""

from __future__ import annotations

import time

from passerby.event_store.chdb.store import ChdbEventStore

PATIENCE_SECONDS = 60
COPIED = "SELECT rows FROM system.projection_parts WHERE table = 'events' AND active AND NOT is_broken AND name = "


def ask(store: ChdbEventStore, query: str) -> bytes:
    """What the engine says to a query of the test's own."""
    return store._engine.query(query)  # noqa: SLF001 - behind its face


def settle(store: ChdbEventStore) -> None:
    """Return when the engine has changed everything that it was asked to."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while ask(store, "SELECT 1 AS one FROM system.mutations WHERE NOT is_done LIMIT 1"):
        assert time.monotonic() < deadline
        time.sleep(0.01)


def copied(store: ChdbEventStore, projection: str) -> int:
    """How many events have a whole copy in this projection."""
    lines = ask(store, f"{COPIED}'{projection}' FORMAT TSV").splitlines()
    return sum(int(line) for line in lines)


def columns(store: ChdbEventStore, projection: str) -> str:
    """The statement that a projection was made with."""
    query = f"SELECT query FROM system.projections WHERE table = 'events' AND name = '{projection}'"  # noqa: S608 - a name
    return ask(store, f"{query} FORMAT TSV").decode().strip()
