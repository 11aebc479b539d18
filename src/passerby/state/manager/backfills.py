"""Backfills: changes of many rows that a migration step requested, made in slices between the worker's batches.

A slice and the place that it reached are one transaction, so a backfill that is killed continues where it was. It must
not depend on what the worker writes meanwhile: a slice may find rows that are up to date, and leaves those as they are.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from passerby import logs
from passerby.state.manager import decisions, duplicates, rejections, search_terms
from passerby.state.manager.connector import Connector

SLICE: Final = 500
"""Rows that one slice reads: it takes some 10 ms, for which the next batch of the worker waits."""
REPORT_ROWS: Final = 100_000
"""Rows between two log lines about progress."""

_FILL: Final[Mapping[str, Callable[[Connector, str, int], tuple[str | None, int]]]] = {
    "search_terms": search_terms.fill,
    "hashed_addresses": duplicates.fill_hashes,
    "history": decisions.fill_history,
    "merges": decisions.fill_merges,
    "detachments": decisions.fill_detachments,
    "rejected_traits": rejections.fill_rejected_traits,
}
"""By name: (db, place, limit) → (where to continue, None at the end; rows done). The first place is ""."""

_log = logs.get("state")


def pending(db: Connector) -> list[str]:
    """The names of the backfills that are not complete."""
    rows: list[Any] = db.rows("backfills.requested")
    return [name for name, *_ in rows]


def run_slice(db: Connector) -> bool:
    """Run one slice of the first backfill that is not complete; return whether there may be more to do.

    Runs within the caller's transaction.
    """
    row: Any = db.row("backfills.requested")
    if row is None:
        return False
    name, place, done = row
    reached, rows = _FILL[name](db, place, SLICE)
    if reached is None:
        db.run("backfills.complete", (name,))
        _log.info("backfill complete", kind=name, rows=done + rows)
    else:
        db.run("backfills.reached", (name, reached, rows))
        if (done + rows) // REPORT_ROWS > done // REPORT_ROWS:
            _log.info("backfill continues", kind=name, rows=done + rows)
    return True
