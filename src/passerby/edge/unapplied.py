"""Tracks the identifiers of messages that are acknowledged but not yet applied to the state."""

from __future__ import annotations

from collections.abc import Collection
from typing import Final

from passerby.log.protocol import LogReader
from passerby.messages import Identifier
from passerby.positions import START, Position, Positions, partition_of

FOLLOWED: Final = 5_000
"""Messages read at a time. If the worker is further behind than this, lookups do not wait for it."""
REMEMBERED: Final = 4 * FOLLOWED
"""Identifiers held in memory; beyond it, those of applied messages are dropped, and then all."""


class Unapplied:
    """Follows the end of the log. Not thread-safe."""

    def __init__(self, log: LogReader) -> None:
        self._log = log
        self._followed = START
        self._unread = START
        # By partition, then by project and identifier: the position of the last message that has the identifier.
        self._mentioned: dict[int, dict[tuple[int, Identifier], Position]] = {}

    def follow(self, applied: Positions) -> None:
        """Read the messages acknowledged since the last call. The worker has applied everything up to `applied`."""
        head = self._log.head()
        after = applied.joined(self._followed)
        if self._log.count(after, head) > FOLLOWED:
            # The worker is far behind: reading all of it would delay lookups by more than they would wait for.
            self._mentioned.clear()
            after = self._unread = head
        while not after.has_reached(head):
            entries = self._log.read(after, FOLLOWED)
            for position, message in entries:
                mentioned = self._mentioned.setdefault(partition_of(position), {})
                for identifier in message.identifiers:
                    mentioned[message.project, identifier] = position
            # No entries although the head is further: they are pruned.
            after = after.joined(Positions(entry.position for entry in entries)) if entries else after.joined(head)
        self._followed = after
        if applied.has_reached(after):
            self._mentioned.clear()
        elif self._remembered() > REMEMBERED:
            self._mentioned = {
                partition: {key: last for key, last in mentioned.items() if not applied.covers(last)}
                for partition, mentioned in self._mentioned.items()
            }
            if self._remembered() > REMEMBERED:
                # All forgotten: lookups are marked as behind until the worker has come this far.
                self._mentioned.clear()
                self._unread = after

    def is_behind(self, applied: Positions) -> bool:
        """Whether messages beyond `applied` were skipped, so that `is_waiting` does not know of them."""
        return not applied.has_reached(self._unread)

    def is_waiting(self, project: int, identifiers: Collection[Identifier], applied: Positions) -> bool:
        """Whether a message beyond `applied` has any of these identifiers."""
        return any(
            not applied.covers(last)
            for mentioned in self._mentioned.values()
            for identifier in identifiers
            if (last := mentioned.get((project, identifier))) is not None
        )

    def _remembered(self) -> int:
        return sum(map(len, self._mentioned.values()))
