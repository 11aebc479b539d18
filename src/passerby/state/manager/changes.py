"""Collects the changes of profiles that a transaction makes, for the outbox row that it ends with."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from passerby.identity.stage import Stage
from passerby.outbox.compression import compressed
from passerby.outbox.records import Change, StageChanged, encoded
from passerby.positions import START, Position, Positions
from passerby.state.manager.connector import Connector
from passerby.state.manager.progress import read_positions


class ChangeCollector:
    """The changes of the current transaction, in order. Every writer of the state adds its changes here."""

    def __init__(self, db: Connector) -> None:
        self._db = db
        self._changes: list[Change] = []
        self._at = 0

    def begin(self) -> None:
        """Clear changes left by a transaction that was rolled back."""
        self._changes.clear()

    def add(self, changes: Iterable[Change], at: int = 0) -> None:
        """Add changes that were made at this time (ms), or at the time that `write` gets."""
        self._changes += [msgspec.structs.replace(change, at=at) for change in changes] if at else changes
        self._at = at

    def add_stage(self, project: int, profile: str, before: int, after: int, at: int) -> None:
        """Add a change of a canonical profile's stage, unless the stage is the same."""
        if before != after:
            was, stage, position = Stage(before).label, Stage(after).label, self.position()
            changed = StageChanged(project=project, position=position, profile=profile, from_=was, to=stage)
            self.add([changed], at)

    def position(self) -> Position:
        """Return the position for changes that no message caused: the last applied one."""
        return _last(read_positions(self._db))

    def take(self) -> bytes:
        """Return the collected changes as an outbox row stores them, and clear them."""
        body = compressed(encoded(self._changes))
        self._changes.clear()
        return body

    def write(self, positions: Positions = START, at: int = 0) -> None:
        """Write the collected changes, if any, as an outbox row at the last of these positions or of the applied ones.

        `at` is the time of the changes (ms) where their writers gave none.
        """
        if self._changes:
            position = _last(positions) or self.position()
            body = self.take()
            self._db.run("writer.add_outbox", (position, 0, len(body), at or self._at, b"", body))


def _last(positions: Positions) -> Position:
    return max(positions, default=Position(0))
