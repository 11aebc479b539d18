"""Opens the log in one SQLite file, and continues it after a part of it was lost."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import apsw

from passerby.log.sqlite.archive import SqliteArchive
from passerby.log.sqlite.storage import open_log, storage_errors
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.positions import Position, Positions
from passerby.settings import LogSettings
from passerby.storage import sql, sqlite

CLOCK_SLACK_MS = 1_000
"""Time between the receipt of a message and the write of its batch: a group commit takes less."""

_SQL = sql.load("passerby.log.sqlite", "queries.sql")


def begin_after(path: Path, positions: Positions, accepted: Mapping[int, int], applied_until: int = 0) -> bool:
    """Make a log that ends before these positions continue after them; return whether that was necessary.

    A log whose file was deleted, restored from an older copy, or moved without its write-ahead log would append at
    offsets that the state has already applied, and those messages would be skipped. `accepted` is the number of
    messages of each project that the state has applied or dropped as duplicates. Batches received more than
    `CLOCK_SLACK_MS` after `applied_until` (ms) cannot be among them: they are moved after the positions. All others
    keep their offsets and are not applied again. Runs under the write lock, so several processes may call it while
    others append.
    """
    position = positions.offset()
    connection = open_log(path)
    try:
        with storage_errors(path):
            if connection.execute(_SQL["head"]).get >= position:
                return False  # as nearly always: no write lock is taken
            with sqlite.transaction(connection):
                # Again under the lock: another process may have continued the log meanwhile.
                lags: bool = connection.execute(_SQL["head"]).get < position
                if lags:
                    after = applied_until and applied_until + CLOCK_SLACK_MS  # 0: nothing was applied, all are moved
                    connection.execute(_SQL["renumber"], {"position": position, "after": after})
                    connection.execute(_SQL["mark_beginning"], (position,))
                    connection.execute(_SQL["forget_accepted"])
                    connection.executemany(_SQL["set_accepted"], accepted.items())
                    connection.execute(_SQL["add_accepted_after"], (position,))
            return lags
    finally:
        connection.close()


class SqliteLogEngine:
    """One log in one SQLite file (`passerby.engines.LogEngine`)."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def version(self) -> tuple[str, str]:
        return sqlite.version()

    def exists(self) -> bool:
        return self.path.exists()

    def open_writer(self, settings: LogSettings | None = None) -> SqliteLogWriter:
        return SqliteLogWriter(self.path, settings)

    def open_reader(self) -> SqliteLogReader:
        return SqliteLogReader(self.path)

    def open_archive(self) -> SqliteArchive:
        return SqliteArchive(self.path)

    def head(self) -> Positions:
        # Without `open_log`, which would create the file or migrate it.
        with storage_errors(self.path):
            connection = apsw.Connection(str(self.path), flags=apsw.SQLITE_OPEN_READWRITE)
            try:
                connection.set_busy_timeout(sqlite.BUSY_TIMEOUT_MS)
                connection.pragma("query_only", "on")
                return Positions.at(Position(connection.execute(_SQL["head"]).get))
            finally:
                connection.close()

    def continue_after(self, applied: Positions, accepted: Mapping[int, int], applied_until: int) -> bool:
        return begin_after(self.path, applied, accepted, applied_until)
