"""The writing end of the state on SQLite."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Final

import apsw

from passerby.positions import Positions
from passerby.state.manager.writer import ManagedState
from passerby.state.sqlite.connector import SqliteConnector, translated_errors
from passerby.storage import migrations

_PAGE_CACHE_KIB: Final = 64 * 1024
_CHECKPOINT_PAGES: Final = 16_000
"""Pages of write-ahead log between checkpoints (64 MB): a page that many batches change is then copied only once."""


def open_state(path: Path) -> apsw.Connection:
    """Open the state's file, new or of an earlier version. Raises NewerFile."""
    connection = migrations.open_file(path, "passerby.state.sqlite.migrations")
    connection.pragma("cache_size", -_PAGE_CACHE_KIB)
    connection.pragma("wal_autocheckpoint", _CHECKPOINT_PAGES)
    return connection


class SqliteState(ManagedState):
    """The state in one SQLite file (`passerby.state.protocol.State`). One instance belongs to one thread."""

    def __init__(self, path: Path) -> None:
        with translated_errors():
            self.connection = open_state(path)
            super().__init__(SqliteConnector(self.connection))

    def lock_positions(self, partitions: Collection[int]) -> Positions:
        del partitions  # BEGIN IMMEDIATE has locked the whole file
        return self.positions()
