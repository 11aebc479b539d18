"""Looks up messages in the log's SQLite file: the newest ones, and one by its id, each with bounded work."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from passerby.log.protocol import Entry
from passerby.log.sqlite.storage import decode, entries_of, open_log, storage_errors
from passerby.messages import Message
from passerby.storage import sql

_SQL = sql.load("passerby.log.sqlite", "queries.sql")

BATCHES: Final = 5_000
MESSAGES: Final = 5_000
"""Batches, and messages of the project in them, examined for the newest ones at most."""
EARLY_MS: Final = 250
LATE_MS: Final = 30_000
"""How long before and after the time in its id a message may be written. All edges share one clock, so the id is hardly
ever later; and an edge gives up a request that waits longer for the disk."""
NAMING: Final = 20
"""Batches read whose text contains an id: messages of other projects may contain it too."""


class SqliteArchive:
    """Looks up messages in the log's file (`passerby.log.protocol.Archive`). One thread at a time may use it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._connection = open_log(path)

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        """See the protocol."""
        found: list[Entry] = []
        examined = 0
        with storage_errors(self._path):
            for number, (last, count, body) in enumerate(self._rows("batches_back", f'$."{project}"')):
                if body is not None:
                    messages = decode(self._path, last, count, body)
                    ours = [entry for entry in entries_of(last, messages) if entry.message.project == project]
                    examined += len(ours)
                    found += [entry for entry in reversed(ours) if fits(entry.message)]
                if len(found) >= limit or examined >= MESSAGES or number >= BATCHES:
                    break
        return found[:limit]

    def find(self, project: int, id_: str) -> Entry | None:
        """See the protocol.

        Batches lie nearly in the order of their receipt: a binary search over offsets finds those of the id's time.
        """
        made = UUID(id_).int >> 80  # the first 48 bits of a UUIDv7: milliseconds since 1970 (RFC 9562, 5.7)
        with storage_errors(self._path):
            begin, end = self._first_since(made - EARLY_MS), self._first_since(made + LATE_MS)
            for last, count, body in self._rows("naming", begin, end, id_, NAMING):
                for entry in entries_of(last, decode(self._path, last, count, body)):
                    if (entry.message.id, entry.message.project) == (id_, project):
                        return entry
        return None

    def _first_since(self, moment: int) -> int:
        """Return the offset of the first batch received at or after a time (ms), of the last batch if there is none."""
        low, high = 0, int(self._connection.execute(_SQL["head"]).get)
        while low < high:
            middle = (low + high) // 2
            row: Any = self._connection.execute(_SQL["batch_from"], (middle,)).fetchone()
            last, received_at = row
            if received_at >= moment:
                high = middle
            else:
                low = last + 1
        return low

    def _rows(self, query: str, *bindings: int | str) -> Iterator[Any]:
        """Yield the rows of a query lazily: callers usually stop after the first ones."""
        cursor = self._connection.execute(_SQL[query], bindings)
        try:
            yield from cursor
        finally:
            cursor.close()

    def close(self) -> None:
        self._connection.close()
