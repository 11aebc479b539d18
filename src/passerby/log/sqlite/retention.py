"""Pruning: letting go of messages that are old, or too many, and that every reader has passed."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import apsw

from passerby.log.sqlite.storage import open_log, storage_errors
from passerby.settings import LogSettings
from passerby.storage import sql

CHUNK_BYTES = 1 << 20
"""Message bytes deleted in one transaction, about: what an append waits for is less than with any larger chunk."""
CHUNK_BATCHES = 100
"""Rows deleted in one transaction, at most."""
PAUSE_SECONDS = 0.005
"""Time between two chunks, in which appends have the log to themselves."""
DAY_MS = 86_400_000

_SQL = sql.load("passerby.log.sqlite", "queries.sql")


class _Batch(NamedTuple):
    """A row that may go: position of its last message, when it was written, messages, size."""

    last: int
    received_at: int
    messages: int
    size: int


def prune(path: Path, settings: LogSettings, now: int, stop: threading.Event) -> int:
    """Delete what retention no longer holds, in small transactions; returns how many messages went.

    Uses a connection of its own, so that it can run beside appends. Ends early, between two transactions, when `stop`
    is set. Raises LogFull or LogDamaged.
    """
    with storage_errors(path):
        connection = open_log(path)
        try:
            return _prune(connection, settings, now, stop)
        finally:
            connection.close()


def _prune(connection: apsw.Connection, settings: LogSettings, now: int, stop: threading.Event) -> int:
    connection.pragma("synchronous", "NORMAL")  # a deletion that a power cut takes back is made again
    connection.pragma("wal_autocheckpoint", 0)
    oldest = now - int(settings.retention_days * DAY_MS)
    excess = _excess(connection, settings.retention_bytes)
    pruned = 0
    while chunk := list(_chunk(_prunable(connection), oldest, excess)):
        connection.execute(_SQL["delete_up_to"], (chunk[-1].last,))
        excess -= sum(batch.size for batch in chunk)
        pruned += sum(batch.messages for batch in chunk)
        if stop.wait(PAUSE_SECONDS):
            break
    return pruned


def _excess(connection: apsw.Connection, limit: int) -> int:
    """Bytes that the log holds beyond its limit, free pages not counted."""
    if not limit:
        return 0
    pages: int = connection.pragma("page_count") - connection.pragma("freelist_count")
    return pages * int(connection.pragma("page_size")) - limit


def _prunable(connection: apsw.Connection) -> list[_Batch]:
    return [_Batch(*row) for row in connection.execute(_SQL["prunable"], (CHUNK_BATCHES,))]


def _chunk(batches: list[_Batch], oldest: int, excess: int) -> Iterator[_Batch]:
    """The leading batches that are too old, or too many, up to the chunk's size. The first that may stay ends them."""
    size = 0
    for batch in batches:
        if size >= CHUNK_BYTES or (batch.received_at >= oldest and size >= excess):
            return
        size += batch.size
        yield batch
