"""The log as the API reads it: from several threads, each with a reader of its own."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Protocol

from passerby.log.sqlite import SqliteLogReader


class AcceptedLog(Protocol):
    """What the API asks of the log; see `passerby.log.protocol.LogReader`. May be used from any thread."""

    def head(self) -> int:
        """The position of the last durable message."""

    def accepted(self, project: int) -> int:
        """How many messages of this project were ever accepted."""

    def waiting(self, project: int, after: int) -> tuple[int, int | None]:
        """How many messages of this project follow a position, and when the oldest of them was received."""


class SharedLog:
    """Gives every thread that asks a reader of the same log."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._readers: list[SqliteLogReader] = []

    @property
    def _reader(self) -> SqliteLogReader:
        reader: SqliteLogReader | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = SqliteLogReader(self._path)
            self._readers.append(reader)
        return reader

    def head(self) -> int:
        return self._reader.head()

    def accepted(self, project: int) -> int:
        return self._reader.accepted(project)

    def waiting(self, project: int, after: int) -> tuple[int, int | None]:
        return self._reader.waiting(project, after)

    def close(self) -> None:
        """Close every thread's reader. Nobody may be reading any more."""
        for reader in self._readers:
            reader.close()
