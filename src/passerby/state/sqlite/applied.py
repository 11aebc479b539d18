"""Reads the progress of a state file without creating or migrating it, while other processes write."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import apsw

from passerby.outbox.protocol import OutboxSize
from passerby.positions import Positions
from passerby.state.manager.progress import read_positions
from passerby.state.protocol import Progress
from passerby.state.sqlite.connector import SqliteConnector
from passerby.storage import sql
from passerby.storage.sqlite import BUSY_TIMEOUT_MS

_SQL = sql.load("passerby.state.sqlite", "applied.sql")
_TABLES = 4


def read_progress(path: Path) -> Progress:
    """Read the progress of the state in this file; zeros for a file without tables. Raises apsw.Error."""
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(BUSY_TIMEOUT_MS)
        connection.pragma("query_only", "on")
        connection.execute("BEGIN")
        if connection.execute(_SQL["tables"]).get < _TABLES:
            return Progress()
        # Files of older releases have no table for the newest received time; there, the outbox has it.
        received_at = connection.execute(_SQL["has_received_at"]).get and connection.execute(_SQL["received_at"]).get
        relayed: Any = connection.execute(_SQL["relayed"])
        return Progress(
            read_positions(SqliteConnector(connection)),
            int(received_at or connection.execute(_SQL["outbox_received_at"]).get),
            dict(connection.execute(_SQL["accepted"])),
            Positions(position for (position,) in relayed),
            connection.execute(_SQL["relays_ahead"]).get > 0,
            _outbox_size(connection),
        )
    finally:
        connection.close()


def _outbox_size(connection: apsw.Connection) -> OutboxSize:
    """Return the size of the outbox; in a file of an older release, of which no size is kept, that of its age only."""
    query = "outbox_size" if connection.execute(_SQL["has_outbox_size"]).get else "outbox_age"
    row: Any = connection.execute(_SQL[query]).fetchone()
    return OutboxSize(*row)
