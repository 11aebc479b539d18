"""Who is mentioned by messages that are acknowledged and not yet applied: of them the state does not know all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from passerby.log.protocol import LogReader
from passerby.messages import Identifier

FOLLOWED: Final = 5_000
"""How many messages are looked at in one go. A worker that is further behind is not waited for."""
REMEMBERED: Final = 4 * FOLLOWED
"""How many identifiers are remembered."""


class Unapplied:
    """Follows the end of the log, as far as that is needed. Only for one thread."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self._followed = 0
        self._unread = 0
        self._mentioned: dict[tuple[int, Identifier], int] = {}

    def follow(self, applied: int) -> None:
        """Take up what was acknowledged since; the worker has applied everything up to the position `applied`."""
        head = self._log.head()
        after = max(applied, self._followed)
        if head - after > FOLLOWED:
            self._mentioned.clear()
            after = self._unread = head
        while after < head:
            after = self._take(after, head)
        self._followed = after
        self._forget(applied)

    def is_behind(self, applied: int) -> bool:
        """Whether messages behind the position `applied` were never looked at, so that `last_of` misses them."""
        return applied < self._unread

    def last_of(self, project: int, identifiers: Iterable[Identifier]) -> int:
        """The position of the last message that mentions any of these, or 0. One that is applied may count or not."""
        return max((self._mentioned.get((project, identifier), 0) for identifier in identifiers), default=0)

    def _take(self, after: int, head: int) -> int:
        """Take up some messages behind a position; returns how far that went."""
        entries = self._log.read(after, FOLLOWED)
        for position, message in entries:
            for identifier in message.identifiers:
                self._mentioned[message.project, identifier] = position
        return entries[-1].position if entries else head

    def _forget(self, applied: int) -> None:
        if applied >= self._followed:
            self._mentioned.clear()
        elif len(self._mentioned) > REMEMBERED:
            self._mentioned = {key: last for key, last in self._mentioned.items() if last > applied}
            if len(self._mentioned) > REMEMBERED:
                self._mentioned.clear()
                self._unread = self._followed
