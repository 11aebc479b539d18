"""The log: the ordered, durable, replayable list of accepted messages.

Positions are dense: the first message ever is 1, the next 2, and so on, over all projects.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple, Protocol

from passerby.messages import Message


class Entry(NamedTuple):
    """A message and its position in the log."""

    position: int
    message: Message


class LogFull(Exception):
    """The log cannot take more now: the disk is full or not writable. Nothing was kept."""


class LogDamaged(Exception):
    """The log's storage cannot be understood. The message says what to do; nothing was kept or lost by asking."""


class LogWriter(Protocol):
    """The end that the edge holds."""

    def append(self, encoded: Sequence[bytes], counts: Mapping[int, int], received_at: int) -> int:
        """Append messages in one durable write and return the position of the last.

        Each of `encoded` is one message's JSON; `counts` says how many of them belong to which project. At return
        they are on disk. Raises LogFull or LogDamaged, and then nothing was kept.
        """

    def prune(self, now: int) -> int:
        """Delete what is past retention by age or size and passed by every reader; return how many messages went.

        May run in a thread of its own beside `append`.
        """

    def close(self) -> None: ...


class LogReader(Protocol):
    """The end that the worker and the API hold."""

    def read(self, after: int, limit: int) -> list[Entry]:
        """The messages following position `after`, in order, at least one if there are any, about `limit` at most."""

    def head(self) -> int:
        """The position of the last durable message (0 for an empty log)."""

    def accepted(self, project: int) -> int:
        """How many messages of this project were ever appended. Never falls, whatever is pruned."""

    def waiting(self, project: int, after: int) -> tuple[int, int | None]:
        """How many messages of this project follow position `after`, and when the oldest of them was received."""

    def passed(self, reader: str, position: int) -> None:
        """Let the log know that this reader will not ask for anything up to `position` again.

        From its first call on, a reader holds back pruning; while no reader is known, nothing is pruned at all.
        """

    def close(self) -> None: ...
