"""Prunes the log: deletes messages beyond retention that every reader has committed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

from passerby.log.sqlite.storage import open_log, storage_errors
from passerby.settings import LogSettings
from passerby.storage import sql

CHUNK_BYTES = 1 << 20
"""Approximate bytes deleted in one transaction. An append waits for the write lock meanwhile, so chunks are small."""
CHUNK_BATCHES = 100
"""Rows deleted in one transaction, at most."""
PAUSE_SECONDS = 0.005
"""Pause between two chunks, in which appends get the write lock."""
DAY_MS = 86_400_000

_SQL = sql.load("passerby.log.sqlite", "queries.sql")


class _Batch(NamedTuple):
    """A row that may be deleted: offset of its last message, time of the write (ms), number of messages, bytes."""

    last: int
    received_at: int
    messages: int
    size: int


def prune(path: Path, settings: LogSettings, now: int, stop: threading.Event) -> int:
    """Delete messages beyond retention, in small transactions; return how many were deleted.

    Uses its own connection, so it can run concurrently with appends. Stops between two transactions when `stop` is set.
    Raises LogFull or LogDamaged.
    """
    with storage_errors(path), closing(open_log(path)) as connection:
        connection.pragma("synchronous", "NORMAL")  # a deletion lost in a power failure is repeated
        connection.pragma("wal_autocheckpoint", 0)  # the writer checkpoints
        oldest = now - int(settings.retention_days * DAY_MS)
        excess = 0
        if settings.retention_bytes:  # 0: no limit
            # Without free pages: the file never shrinks, and they are used again.
            pages: int = connection.pragma("page_count") - connection.pragma("freelist_count")
            excess = pages * int(connection.pragma("page_size")) - settings.retention_bytes
        pruned = 0
        while True:
            prunable = [_Batch(*row) for row in connection.execute(_SQL["prunable"], (CHUNK_BATCHES,))]
            chunk = list(_chunk(prunable, oldest, excess))
            if not chunk:
                break
            connection.execute(_SQL["delete_up_to"], (chunk[-1].last,))
            excess -= sum(batch.size for batch in chunk)
            pruned += sum(batch.messages for batch in chunk)
            if stop.wait(PAUSE_SECONDS):
                break
        return pruned


def _chunk(batches: list[_Batch], oldest: int, excess: int) -> Iterator[_Batch]:
    """Yield the leading batches that are expired or in excess, up to `CHUNK_BYTES`; end at the first to keep."""
    size = 0
    for batch in batches:
        if size >= CHUNK_BYTES or (batch.received_at >= oldest and size >= excess):
            return
        size += batch.size
        yield batch
