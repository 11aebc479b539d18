"""The log as the API reads it: from several threads, each with a reader of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Protocol

from passerby.engines import LogEngine, SearchableLog
from passerby.log.protocol import Entry
from passerby.messages import Message


class AcceptedLog(Protocol):
    """What the API asks of the log; see `passerby.log.protocol.LogReader`. May be used from any thread."""

    def head(self) -> int:
        """The position of the last durable message."""

    def accepted(self, project: int) -> int:
        """How many messages of this project were ever accepted."""

    def waiting(self, project: int, after: int) -> tuple[int, int | None]:
        """How many messages of this project follow a position, and when the oldest of them was received."""

    def read(self, after: int, limit: int) -> list[Entry]:
        """The messages following a position, of all projects, about `limit` at most."""

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        """At most `limit` of a project's newest messages that fit, newest first, among a bounded number."""

    def find(self, project: int, id_: str) -> Entry | None:
        """The message of a project with this id, while the log holds it."""


class SharedLog:
    """Gives every thread that asks a reader of the same log."""

    def __init__(self, engine: LogEngine) -> None:
        self._engine = engine
        self._local = threading.local()
        self._readers: list[SearchableLog] = []

    @property
    def _reader(self) -> SearchableLog:
        reader: SearchableLog | None = getattr(self._local, "reader", None)
        if reader is None:
            reader = self._local.reader = self._engine.open_reader()
            self._readers.append(reader)
        return reader

    def head(self) -> int:
        return self._reader.head()

    def accepted(self, project: int) -> int:
        return self._reader.accepted(project)

    def waiting(self, project: int, after: int) -> tuple[int, int | None]:
        return self._reader.waiting(project, after)

    def read(self, after: int, limit: int) -> list[Entry]:
        return self._reader.read(after, limit)

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        return self._reader.newest(project, limit, fits)

    def find(self, project: int, id_: str) -> Entry | None:
        return self._reader.find(project, id_)

    def close(self) -> None:
        """Close every thread's reader. Nobody may be reading any more."""
        for reader in self._readers:
            reader.close()
