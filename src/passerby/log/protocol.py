"""The log: the durable, replayable list of accepted messages.

A log has one or more partitions. Messages are ordered within a partition only: see `passerby.positions`. How many
messages lie between two sets of positions, and how old they are, is the log's to say, because only an engine knows
whether its offsets have gaps.

Looking up single messages is another protocol, `passerby.log.archive`: a log that is only a queue has no such index.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from passerby.messages import Message
from passerby.positions import Position, Positions


class Entry(NamedTuple):
    """A message and its position in the log."""

    position: Position
    message: Message


class LogFull(Exception):
    """The log cannot take more now: the disk is full or not writable. Nothing was kept."""


class LogDamaged(Exception):
    """The log's storage cannot be understood. The message says what to do; nothing was kept or lost by asking."""


class LogWriter(Protocol):
    """The end that the edge holds."""

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> Positions:
        """Append messages in one durable write; return the last position written in each partition.

        Each of `encoded` is one message's JSON; `counts` says how many of them belong to which project. At return
        they are on disk. Raises LogFull or LogDamaged, and then nothing was kept.
        """

    def prune(self, now: int) -> int:
        """Delete what is past retention by age or size and passed by every reader; return how many messages went.

        May run in a thread of its own beside `append`.
        """

    def close(self) -> None: ...


class LogReader(Protocol):
    """The end that the worker and the API hold.

    A reader may own all partitions or some. `read` gives messages of its own partitions only; everything else is about
    the whole log.
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

    def passed(self, reader: str, positions: Positions) -> None:
        """Note durably that this reader will not ask for anything up to these positions again.

        From its first call on, a reader holds back pruning; while no reader is known, nothing is pruned at all.
        """

    def close(self) -> None: ...
