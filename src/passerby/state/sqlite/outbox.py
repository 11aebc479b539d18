"""The outbox on SQLite: rows for relays, the progress of each consumer, and retention."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from passerby.outbox.compression import decompressed
from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.positions import Positions
from passerby.settings import LogSettings
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.manager.progress import read_positions
from passerby.state.sqlite.connector import SqliteConnector
from passerby.state.sqlite.store import open_state
from passerby.storage import sql, sqlite

_SQL = sql.load("passerby.state.sqlite", "outbox.sql")
_CHUNK: Final = 50
"""Rows deleted in one transaction, to bound how long the worker waits for the lock."""
_DAY_MS: Final = 86_400_000


class SqliteOutbox:
    """The outbox in the state's file (`passerby.outbox.protocol.Outbox`). One instance belongs to one thread.

    The retention settings of the log apply: a rebuilt event store is filled from the outbox, so its rows are kept as
    long as the messages.
    """

    def __init__(self, path: Path, retention: LogSettings) -> None:
        self._connection = open_state(path)
        self._retention = retention

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        """Return batches after this id, in order: at least one if there are any."""
        batches: list[OutboxBatch] = []
        rows = size = 0
        cursor: Any = self._connection.execute(_SQL["read"], (after,))
        for id_, last_position, events, body, stored in cursor:
            changes = decompressed(stored)
            batches.append(OutboxBatch(id_, last_position, events, body, changes))
            rows, size = rows + events, size + len(body) + len(changes)
            if rows >= limit_rows or size >= limit_bytes:
                break
        cursor.close()
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
        """Delete batches that every relay has delivered and that retention no longer keeps; return how many."""
        passed = self._connection.execute(_SQL["passed"]).get
        if not passed:
            return 0
        oldest = now - int(self._retention.retention_days * _DAY_MS)
        pruned = 0
        while last := self._expired(int(passed), oldest):
            self._connection.execute(_SQL["delete_up_to"], (last,))
            pruned += self._connection.changes()
        return pruned

    def _expired(self, passed: int, oldest: int) -> int:
        """Return the id up to which a chunk of rows may be deleted, 0 for none."""
        limit = self._retention.retention_bytes
        excess = int(self._connection.execute(_SQL["size"]).get) - limit if limit else 0
        last = 0
        chunk: Any = self._connection.execute(_SQL["prunable"], (passed, _CHUNK)).fetchall()
        for id_, created_at, size in chunk:
            if created_at >= oldest and excess <= 0:
                break
            excess, last = excess - size, id_
        return last

    def close(self) -> None:
        self._connection.close()
