"""The log in one SQLite file.

Any number of processes may append, read and prune concurrently: SQLite serialises writers, and the next offset is read
and taken in one transaction. There is one partition, whose offsets have no gaps: the first message is 1, the next 2,
over all projects. Rows hold offsets, which are the positions of partition 0.

Pruning frees pages that later appends reuse; the file itself never shrinks. VACUUM would copy the file under the write
lock while appends wait, and the log soon needs the space again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from passerby.log.protocol import Entry, LogFull
from passerby.log.sqlite.retention import prune
from passerby.log.sqlite.storage import decode, entries_of, open_log, storage_errors
from passerby.positions import Position, Positions
from passerby.settings import LogSettings
from passerby.storage import sql

PATIENCE_SECONDS = 10.0
"""How long an append waits for the write lock before it raises LogFull."""
_PAUSES_SECONDS = (0.0002, 0.0005, 0.001, 0.002, 0.005)
"""Pauses between attempts to take the lock. SQLite's own are 1 to 100 ms, and a commit takes 0.2 ms."""

READ_BYTES = 32 << 20
"""A read ends with the batch that reaches this size, which bounds the memory of a reader with large messages."""

_SQL = sql.load("passerby.log.sqlite", "queries.sql")
_APPEND = _SQL["append"]  # looked up once: it is the hottest statement of the edge

_encode_counts = msgspec.json.Encoder().encode


class SqliteLogWriter:
    """Appends to the log (`passerby.log.protocol.LogWriter`). One thread at a time may append."""

    def __init__(self, path: Path, settings: LogSettings | None = None) -> None:
        self._path = path
        self._settings = settings or LogSettings()
        self._connection = open_log(path)
        self._connection.set_busy_handler(_Patience())
        self._closing = threading.Event()

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions:
        """See the protocol. `encoded` holds one message at least."""
        shares = _encode_counts(counts).decode()
        row = (len(encoded), received_at, shares, b"[" + b",".join(encoded) + b"]")
        with storage_errors(self._path):
            self._connection.execute(_APPEND, row)  # commits by itself, with synchronous=FULL
        return Positions.at(Position(self._connection.last_insert_rowid()))

    def prune(self, now: int) -> int:
        return prune(self._path, self._settings, now, self._closing)

    def close(self) -> None:
        """See the protocol. A `prune` that is running ends soon."""
        self._closing.set()
        self._connection.close()


class _Patience:
    """Busy handler of SQLite: waits for a lock in short steps. `asked` is the number of earlier calls for this lock."""

    def __init__(self) -> None:
        self._since = 0.0

    def __call__(self, asked: int) -> bool:
        now = time.monotonic()
        if asked == 0:
            self._since = now
        time.sleep(_PAUSES_SECONDS[min(asked, len(_PAUSES_SECONDS) - 1)])
        return now - self._since < PATIENCE_SECONDS


class SqliteLogReader:
    """Reads the log (`passerby.log.protocol.LogReader`). One thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_log(path)
        # Readers write only committed positions. If a power failure loses one, pruning is delayed a little.
        self._connection.pragma("synchronous", "NORMAL")
        # Checkpoints are left to the writers, which fill the write-ahead log.
        self._connection.pragma("wal_autocheckpoint", 0)

    def read(self, after: Positions, limit: int) -> list[Entry]:
        """See the protocol. Reads whole batches, until `limit` messages or `READ_BYTES` are reached."""
        offset = after.offset()
        rows: list[tuple[int, int, bytes]] = []
        size = 0
        with storage_errors(self._path):
            cursor = self._connection.execute(_SQL["batches_after"], (offset,))
            for row in cursor:
                rows.append(row)
                size += len(row[2])
                # The messages so far: from the first row's beginning, or from within it, to this row's last.
                if row[0] - max(offset, rows[0][0] - rows[0][1]) >= limit or size >= READ_BYTES:
                    break
            cursor.close()
        # Decoded after the query, so the read lock is held for microseconds.
        entries: list[Entry] = []
        for last, count, body in rows:
            entries += entries_of(last, decode(self._path, last, count, body), offset)
        return entries

    def head(self) -> Positions:
        return Positions.at(Position(self._number("head", ())))

    def count(self, after: Positions, until: Positions) -> int:
        return until.distance(after)

    def recent(self, after: Positions, until: Positions, limit: int) -> Positions:
        return after.joined(Positions.at(Position(max(0, until.offset() - limit))))

    def accepted(self, project: int) -> int:
        return self._number("accepted", (project,))

    def _number(self, query: str, bindings: tuple[int, ...]) -> int:
        with storage_errors(self._path):
            row = self._connection.execute(_SQL[query], bindings).fetchone()
        return int(row[0]) if row else 0

    def waiting(self, project: int, after: Positions) -> tuple[int, int | None]:
        """See the protocol. A message counts as received when its batch was written."""
        offset = after.offset()
        with storage_errors(self._path), self._connection:  # one read transaction: both queries see the same batches
            whole, since = self._connection.execute(_SQL["waiting"], (offset, project)).get
            split: list[Any] = self._connection.execute(_SQL["split_by"], (offset,)).fetchall()
        for last, count, received_at, body in split:  # at most one
            messages = decode(self._path, last, count, body)
            part = sum(message.project == project for message in messages[offset - last :])
            return whole + part, received_at if part else since
        return whole, since

    def waiting_since(self, after: Positions) -> int | None:
        entries = self.read(after, 1)
        return entries[0].message.received_at if entries else None

    def commit_offset(self, reader: str, positions: Positions) -> None:
        """See the protocol. A failed write is ignored: the next commit replaces it, and less is pruned until then."""
        with suppress(LogFull), storage_errors(self._path):
            self._connection.execute(_SQL["commit_offset"], (reader, positions.offset()))

    def close(self) -> None:
        self._connection.close()
