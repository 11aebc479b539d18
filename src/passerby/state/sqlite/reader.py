"""The reading end of the state on SQLite."""

from __future__ import annotations

from pathlib import Path

import apsw

from passerby.state.manager.reader import ManagedStateReader
from passerby.state.sqlite.connector import SqliteConnector, translated_errors
from passerby.storage.sqlite import BUSY_TIMEOUT_MS, plan_once


class SqliteStateReader(ManagedStateReader):
    """Reads the state's file: one read-only connection for each thread.

    The file must exist, with its tables, when the first method is called.
    """

    def __init__(self, path: Path) -> None:
        super().__init__(lambda: read_only(path))


def read_only(path: Path) -> SqliteConnector:
    """Open the state's file for reading by one thread."""
    with translated_errors():
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        plan_once(connection)
    return SqliteConnector(connection)
