"""How Passerby opens an SQLite file."""

from __future__ import annotations

import time
from pathlib import Path

import apsw

BUSY_TIMEOUT_MS = 10_000
PAUSE_SECONDS = 0.005


def connect(path: Path) -> apsw.Connection:
    """Open, or create, a file in the way on which every promise about durability rests.

    Write-ahead log with `synchronous=FULL`: a transaction is on disk when its COMMIT returns, and readers don't wait
    for writers. A lock held by another process is waited for, 10 s at most, and then `apsw.BusyError` raised.
    """
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    _write_ahead(connection)
    connection.pragma("synchronous", "FULL")
    connection.pragma("foreign_keys", "on")
    return connection


def _write_ahead(connection: apsw.Connection) -> None:
    """Have the file use a write-ahead log.

    SQLite does not wait for a lock to change that, and all roles open a new file at once.
    """
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.pragma("journal_mode", "wal")
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
        else:
            return


def version() -> tuple[str, str]:
    """Return the name of the library and its version."""
    return "SQLite", apsw.sqlite_lib_version()
