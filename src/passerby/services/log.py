"""The log and its archive as the API reads them: from several threads, each with a reader of its own."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from passerby.engines import LogEngine
from passerby.log.protocol import Archive, Entry, LogReader
from passerby.messages import Message
from passerby.positions import Positions


class AcceptedLog(Protocol):
    """What the API asks of the log; see `passerby.log.protocol.LogReader`. May be used from any thread."""

    def head(self) -> Positions:
        """Return the positions of the last durable messages."""

    def count(self, after: Positions, until: Positions) -> int:
        """Count the messages of all projects beyond `after`, up to `until`."""

    def recent(self, after: Positions, until: Positions, limit: int) -> Positions:
        """Return the positions after which about the newest `limit` messages up to `until` follow; `after` at least."""

    def accepted(self, project: int) -> int:
        """Return how many messages of this project were ever accepted."""

    def waiting(self, project: int, after: Positions) -> tuple[int, int | None]:
        """Count the messages of this project that follow these positions; and when the oldest was received (ms)."""

    def waiting_since(self, after: Positions) -> int | None:
        """Return when the oldest message that follows these positions was received (ms), of all projects; else None."""

    def read(self, after: Positions, limit: int) -> list[Entry]:
        """Read the messages that follow these positions, of all projects, about `limit` at most."""


class _Closable(Protocol):
    def close(self) -> None: ...


_EndT = TypeVar("_EndT", bound=_Closable)


class _PerThread(Generic[_EndT]):
    """Opens a reader for each thread that uses it: an engine's reader belongs to one thread."""

    def __init__(self, open_end: Callable[[], _EndT]) -> None:
        self._open = open_end
        self._local = threading.local()
        self._opened: list[_EndT] = []

    @property
    def _here(self) -> _EndT:
        end: _EndT | None = getattr(self._local, "end", None)
        if end is None:
            end = self._local.end = self._open()
            self._opened.append(end)
        return end

    def close(self) -> None:
        """Close the readers of all threads. No thread may be using one."""
        for end in self._opened:
            end.close()


class SharedLog(_PerThread[LogReader]):
    """An `AcceptedLog` over one log: each thread that uses it gets a reader of its own."""

    def __init__(self, engine: LogEngine) -> None:
        super().__init__(engine.open_reader)

    def head(self) -> Positions:
        return self._here.head()

    def count(self, after: Positions, until: Positions) -> int:
        return self._here.count(after, until)

    def recent(self, after: Positions, until: Positions, limit: int) -> Positions:
        return self._here.recent(after, until, limit)

    def accepted(self, project: int) -> int:
        return self._here.accepted(project)

    def waiting(self, project: int, after: Positions) -> tuple[int, int | None]:
        return self._here.waiting(project, after)

    def waiting_since(self, after: Positions) -> int | None:
        return self._here.waiting_since(after)

    def read(self, after: Positions, limit: int) -> list[Entry]:
        return self._here.read(after, limit)


class SharedArchive(_PerThread[Archive]):
    """Looks up messages in one log from any thread (`passerby.log.protocol.Archive`)."""

    def __init__(self, engine: LogEngine) -> None:
        super().__init__(engine.open_archive)

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        return self._here.newest(project, limit, fits)

    def find(self, project: int, id_: str) -> Entry | None:
        return self._here.find(project, id_)
