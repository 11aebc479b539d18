"""Collects the changes of profiles that a transaction makes, for the outbox row that it ends with."""

from __future__ import annotations

from collections.abc import Iterable

from passerby.identity.stage import Stage
from passerby.outbox.compression import compressed
from passerby.outbox.records import Change, StageChanged, encoded
from passerby.positions import START, Position, Positions
from passerby.state.manager.connector import Connector
from passerby.state.manager.progress import read_positions


class ChangeCollector:
    """Changes of the transaction at hand, in their order. Each writer of the state adds to it whatever it changes."""

    def __init__(self, db: Connector) -> None:
        self._db = db
        self._changes: list[Change] = []
        self._at = 0

    def begin(self) -> None:
        """Forget what a transaction has added that was rolled back."""
        self._changes.clear()

    def add(self, changes: Iterable[Change], at: int = 0) -> None:
        """Add changes that were made at this time (ms), or at the time that `write` gets."""
        self._changes += changes
        self._at = at

    def add_stage(self, project: int, profile: str, before: int, after: int, at: int) -> None:
        """Add a change of a canonical profile's stage, if it is one."""
        if before != after:
            labels = {"from_": Stage(before).label, "to": Stage(after).label}
            self.add([StageChanged(project=project, position=self.position(), profile=profile, **labels)], at)

    def position(self) -> Position:
        """The position of a change that no message caused: the last one that is applied."""
        return _last(read_positions(self._db))

    def take(self) -> bytes:
        """Return the collected changes as an outbox row stores them, and clear them."""
        body = compressed(encoded(self._changes))
        self._changes.clear()
        return body

    def write(self, positions: Positions = START, at: int = 0) -> None:
        """Write what was not taken as a row of its own, at the last of these positions or of those applied.

        `at` is when they were made (ms), if their writers have not said so.
        """
        if self._changes:
            position = _last(positions) or self.position()
            body = self.take()
            self._db.run("writer.add_outbox", (position, 0, len(body), at or self._at, b"", body))


def _last(positions: Positions) -> Position:
    return max(positions, default=Position(0))
