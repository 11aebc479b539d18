"""Protocol of the log: the durable, replayable list of accepted messages.

A log has one or more partitions. Messages are ordered within a partition only: see `passerby.positions`. The number of
messages between two positions is asked of the log, because only an engine knows whether its offsets have gaps.

Lookups of single messages are a separate protocol, `Archive`: a queue is read from a position, and finding one message
takes an index or a scan. An engine may need another store for it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol

from passerby.errors import StoreBroken, StoreUnavailable
from passerby.messages import Message
from passerby.positions import Position, Positions


class Entry(NamedTuple):
    """A message and its position in the log."""

    position: Position
    message: Message


class LogFull(StoreUnavailable):
    """The log cannot be written: the disk is full or read-only. Nothing was stored."""

    store = "the log"


class LogDamaged(StoreBroken):
    """The log's storage is corrupt. The message says what to do. Nothing was stored, and nothing was lost."""

    store = "the log"


class LogWriter(Protocol):
    """Appends messages and prunes old ones. Used by the edge."""

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions:
        """Append messages in one durable write; return the last position written in each partition.

        Each of `encoded` is the JSON of one message; `counts` is the number of messages by project. They are on disk
        at return. Raises LogFull or LogDamaged; nothing is stored then.
        """

    def prune(self, now: int) -> int:
        """Delete messages beyond retention that every reader has committed; return how many were deleted.

        May run in another thread, concurrently with `append`.
        """

    def close(self) -> None: ...


class LogReader(Protocol):
    """Reads messages in order. Used by the worker and the API.

    A reader may own all partitions or some. `read` returns messages of its own partitions only; all other methods are
    about the whole log.
    """

    def read(self, after: Positions, limit: int) -> list[Entry]:
        """Read the messages that follow these positions, at least one if there are any, about `limit` at most.

        Each partition's messages are in order.
        """

    def head(self) -> Positions:
        """Return the positions of the last durable messages."""

    def count(self, after: Positions, until: Positions) -> int:
        """Count the messages of all projects beyond `after`, up to `until`. Partitions where it is ahead count as 0."""

    def recent(self, after: Positions, until: Positions, limit: int) -> Positions:
        """Return the positions after which about the newest `limit` messages up to `until` follow; `after` at least."""

    def accepted(self, project: int) -> int:
        """Return how many messages of this project were ever appended. Never falls, whatever is pruned."""

    def waiting(self, project: int, after: Positions) -> tuple[int, int | None]:
        """Count the messages of this project that follow these positions; and when the oldest was received (ms)."""

    def waiting_since(self, after: Positions) -> int | None:
        """Return when the oldest message that follows these positions was received (ms), of all projects; else None."""

    def commit_offset(self, reader: str, positions: Positions) -> None:
        """Commit the reader's positions: it will not read anything up to them again.

        Pruning stops at the lowest committed position of all readers. Nothing is pruned before the first commit.
        """

    def close(self) -> None: ...


class Archive(Protocol):
    """Looks up accepted messages while the log holds them. All work is bounded, so old ones may not be found."""

    def newest(self, project: int, limit: int, fits: Callable[[Message], bool]) -> list[Entry]:
        """Return at most `limit` of a project's newest messages that fit, newest first; examine a bounded number."""

    def find(self, project: int, id_: str) -> Entry | None:
        """Return the message of a project with this id (a UUIDv7); None if the log holds none, or it was pruned."""

    def close(self) -> None: ...
