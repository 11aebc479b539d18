"""Opens and checks SQLite files."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

BUSY_TIMEOUT_MS = 10_000
PAUSE_SECONDS = 0.005
_STEPS_BETWEEN_CLOCK_READINGS = 100_000


class UnreadableFile(Exception):
    """A file is not an SQLite database, or cannot be opened."""


def connect(path: Path) -> apsw.Connection:
    """Open or create a file with the settings that durability depends on.

    Write-ahead log with `synchronous=FULL`: a transaction is on disk when its COMMIT returns, and readers do not wait
    for writers. Waits up to 10 s for a lock held by another process, then raises `apsw.BusyError`.
    """
    connection = apsw.Connection(str(path))
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    # The busy timeout does not apply to a change of the journal mode, and all roles open a new file at the same time.
    deadline = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            connection.pragma("journal_mode", "wal")
            break
        except apsw.BusyError:
            if time.monotonic() > deadline:
                raise
            time.sleep(PAUSE_SECONDS)
    connection.pragma("synchronous", "FULL")
    connection.pragma("foreign_keys", "on")
    return connection


@contextmanager
def transaction(connection: apsw.Connection) -> Iterator[None]:
    """Run a block in a write transaction, or in a savepoint within the transaction that is open.

    apsw's `with connection` holds Python's GIL while it waits for the write lock and while it commits. Another thread
    of the process that has the lock then cannot release it, and all threads stop until the busy timeout.
    """
    is_nested = connection.in_transaction
    if is_nested:
        with connection:
            yield
        return
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:  # some errors, such as a full disk, have rolled back
            connection.execute("ROLLBACK")
        raise


def version() -> tuple[str, str]:
    """Return the name of the library and its version."""
    return "SQLite", apsw.sqlite_lib_version()


def faults_of(file: Path, seconds: float) -> list[str] | None:
    """Check a file that may be in use: return the faults found, none for an intact file.

    Returns None if no fault was found within `seconds`: a large file takes minutes to read in full. Changes nothing.
    Raises UnreadableFile.
    """
    deadline = time.monotonic() + seconds
    try:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            connection.pragma("query_only", "on")
            connection.set_progress_handler(lambda: time.monotonic() > deadline, _STEPS_BETWEEN_CLOCK_READINGS)
            found = connection.execute("PRAGMA quick_check(3)")
            return [str(fault) for (fault,) in found if fault != "ok"]
        finally:
            connection.close()
    except apsw.InterruptError:
        return None
    except apsw.Error as error:
        raise UnreadableFile(str(error)) from error
