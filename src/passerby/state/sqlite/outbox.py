"""The outbox on SQLite: rows for relays, the progress of each consumer, and retention."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from passerby.outbox.compression import decompressed
from passerby.outbox.protocol import Delivered, OutboxBatch, OutboxSize
from passerby.positions import Positions
from passerby.settings import OutboxSettings
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.manager.progress import read_positions
from passerby.state.sqlite.connector import SqliteConnector
from passerby.state.sqlite.store import open_state
from passerby.storage import sql, sqlite

_SQL = sql.load("passerby.state.sqlite", "outbox.sql")
_CHUNK: Final = 500
"""Rows deleted in one transaction, for which the worker's next batch waits."""
_CHUNK_BYTES: Final = 8 << 20
"""About the size of these rows at most: deleted rows are overwritten, which takes as long as writing them did."""
_HOUR_MS: Final = 3_600_000


class SqliteOutbox:
    """The outbox in the state's file (`passerby.outbox.protocol.Outbox`). One instance belongs to one thread."""

    def __init__(self, path: Path, retention: OutboxSettings) -> None:
        self._connection = open_state(path)
        self._retention = retention

    def first(self) -> int:
        return int(self._connection.execute(_SQL["first"]).get)

    def size(self) -> OutboxSize:
        row: Any = self._connection.execute(_SQL["size"]).fetchone()
        return OutboxSize(*row)

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        """Return batches after this id, in order: at least one if there are any."""
        batches: list[OutboxBatch] = []
        rows = size = 0
        cursor: Any = self._connection.execute(_SQL["read"], (after,))
        for id_, last_position, events, body, stored, at in cursor:
            changes = decompressed(stored)
            batches.append(OutboxBatch(id_, last_position, events, body, changes, at))
            rows, size = rows + events, size + len(body) + len(changes)
            if rows >= limit_rows or size >= limit_bytes:
                break
        cursor.close()  # an open one would keep its snapshot, and with it the write-ahead log, until the next read
        return batches

    def delivered(self, consumer: str) -> Delivered:
        row = self._connection.execute(_SQL["delivered"], (consumer,)).get or 0
        newest: Any = self._connection.execute(_SQL["last_position"], (row,))
        return Delivered(int(row), Positions(position for (position,) in newest))

    def commit(self, consumer: str, row: int) -> None:
        self._connection.execute(_SQL["commit"], (consumer, row))

    def deleted(self, first: int) -> frozenset[str]:
        """Return deleted profiles whose events may be in batches from this id on."""
        return frozenset(to_text(profile) for (profile,) in self._connection.execute(_SQL["deleted"], (first,)))

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        """Return deleted profiles, with their projects, that may still have events in the event store."""
        rows: Any = self._connection.execute(_SQL["pending"], (limit,)).fetchall()
        return [(project, to_text(profile)) for project, profile in rows]

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None:
        """Record durably that the event store no longer has events of these profiles."""
        with sqlite.transaction(self._connection):
            bindings = [(project, to_blob(profile)) for project, profile in profiles]
            self._connection.executemany(_SQL["set_deleted"], bindings)

    def applied(self) -> Positions:
        """Return the applied log positions: events up to them are in the outbox."""
        return read_positions(SqliteConnector(self._connection))

    def prune(self, now: int) -> int:
        """Delete the oldest rows that every relay has delivered and retention no longer keeps; see PrunableOutbox."""
        passed = self._connection.execute(_SQL["passed"]).get
        if not passed:
            return 0
        oldest = now - int(self._retention.retention * _HOUR_MS)
        excess = self.size().bytes - self._retention.max_bytes if self._retention.max_bytes else 0
        last = deleted = 0
        chunk: Any = self._connection.execute(_SQL["prunable"], (int(passed), _CHUNK)).fetchall()
        for id_, created_at, size in chunk:
            if deleted >= _CHUNK_BYTES or (created_at >= oldest and excess <= deleted):
                break
            deleted, last = deleted + size, id_
        if not last:
            return 0
        self._connection.execute(_SQL["delete_up_to"], (last,))
        return self._connection.changes()

    def close(self) -> None:
        self._connection.close()
