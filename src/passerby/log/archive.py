"""The archive: random access to accepted messages, by id or by recency.

Separate from `passerby.log.protocol`, because an engine may need another store for it: a queue is read from a position,
and finding one message takes an index or a scan. All work is bounded, so old messages may not be found.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from passerby.log.protocol import Entry
from passerby.messages import Message


class Archive(Protocol):
    """Looks up accepted messages while the log holds them."""

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        """Return at most `limit` of a project's newest messages that fit, newest first; examine a bounded number."""

    def find(self, project: int, id_: str) -> Entry | None:
        """Return the message of a project with this id (a UUIDv7); None if the log holds none, or it was pruned."""

    def close(self) -> None: ...
