"""How Passerby opens an SQLite file."""

from __future__ import annotations

from pathlib import Path

import apsw

BUSY_TIMEOUT_MS = 10_000


def connect(path: Path) -> apsw.Connection:
    """Open, or create, a file in the way on which every promise about durability rests.

    Write-ahead log with `synchronous=FULL`: a transaction is on disk when its COMMIT returns, and readers don't wait
    for writers. A lock held by another process is waited for, 10 s at most, and then `apsw.BusyError` raised.
    """
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "FULL")
    connection.pragma("foreign_keys", "on")
    return connection
