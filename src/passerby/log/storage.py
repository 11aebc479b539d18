"""The log's SQLite file: how it is opened, and what its errors mean."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from passerby import sql, sqlite
from passerby.log.protocol import LogDamaged, LogFull

SCHEMA_VERSION = 1

_SCHEMA = sql.load("passerby.log", "schema.sql")["schema"]
_NOT_WRITABLE = (
    apsw.FullError,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.PermissionsError,
    apsw.BusyError,
    apsw.LockedError,
)
_DAMAGED = (apsw.CorruptError, apsw.NotADBError, apsw.FormatError)


def open_log(path: Path) -> apsw.Connection:
    """Open the log's file, made if it is new. Raises LogFull or LogDamaged."""
    with storage_errors(path):
        connection = sqlite.connect(path)
        try:
            _prepare(connection, path)
        except BaseException:
            connection.close()
            raise
        return connection


def _prepare(connection: apsw.Connection, path: Path) -> None:
    version = connection.pragma("user_version")
    if version > SCHEMA_VERSION:
        raise LogDamaged(f"{path} was written by a later version of Passerby: run that version")
    if version < SCHEMA_VERSION:
        # All roles open a new log at once: one that reads first and then wants to write would be told that it is late.
        usual, connection.transaction_mode = connection.transaction_mode, "IMMEDIATE"
        with connection:
            connection.execute(_SCHEMA)
            connection.pragma("user_version", SCHEMA_VERSION)
        connection.transaction_mode = usual


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Raise SQLite's errors as what a caller of the log can do something about."""
    try:
        yield
    except _NOT_WRITABLE as error:
        raise LogFull(f"{path} cannot be written: {error}") from error
    except _DAMAGED as error:
        raise damaged(path, str(error)) from error


def damaged(path: Path, reason: str) -> LogDamaged:
    """The error for a file that cannot be understood."""
    return LogDamaged(
        f"{path} is damaged ({reason}). Stop Passerby, move {path.name}, {path.name}-wal and {path.name}-shm out of "
        f"{path.parent} and keep them, then start again: a new log is begun, and everything that was applied before "
        "is still there. What was accepted and not yet applied is only in the moved files; SQLite's own recovery "
        f"(`sqlite3 {path.name} .recover`) may bring it back."
    )
