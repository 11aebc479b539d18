"""The data folder: what lies where in it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class DataDir(NamedTuple):
    """The paths within one data folder. Nothing else in the house spells them out."""

    path: Path

    @property
    def control(self) -> Path:
        """Projects, keys and tokens."""
        return self.path / "control.db"

    @property
    def log(self) -> Path:
        """Accepted messages."""
        return self.path / "log.db"

    @property
    def state(self) -> Path:
        """Identifiers, profiles, catalogue, outbox, positions."""
        return self.path / "state.db"

    @property
    def refused(self) -> Path:
        """Requests that were refused, for a day."""
        return self.path / "refused.db"

    @property
    def audit(self) -> Path:
        """Who changed or looked at what."""
        return self.path / "audit.db"

    @property
    def first_credentials(self) -> Path:
        """What a first `serve` without a terminal made, for the owner to move elsewhere."""
        return self.path / "first-credentials.json"

    @property
    def events(self) -> Path:
        """The event store's own folder."""
        return self.path / "events"

    @property
    def run(self) -> Path:
        """What only matters while processes run: locks, heartbeats, the metrics that they share."""
        return self.path / "run"

    @property
    def metrics(self) -> Path:
        """The files through which all processes' metrics reach the one that shows them."""
        return self.run / "metrics"


def write_private(file: Path, text: str) -> None:
    """Write a file that its owner alone can read from its first byte on. Raises FileExistsError, OSError."""
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text + "\n")
