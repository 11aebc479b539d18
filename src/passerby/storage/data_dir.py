"""Paths of the files in a data directory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple


class DataDir(NamedTuple):
    """The paths within one data directory. No other module spells them out."""

    path: Path

    @property
    def control(self) -> Path:
        """Projects, keys, tokens and console users."""
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
        """Rejected requests, their counts, uses of keys and health samples. Named as in version 0.1.0."""
        return self.path / "refused.db"

    @property
    def audit(self) -> Path:
        """The audit log."""
        return self.path / "audit.db"

    @property
    def first_credentials(self) -> Path:
        """Keys and password created by a first `serve` without a terminal, for the owner to move elsewhere."""
        return self.path / "first-credentials.json"

    @property
    def secret_key(self) -> Path:
        """The key that secrets of other services are encrypted with. Readable by its owner only."""
        return self.path / "secret.key"

    @property
    def events(self) -> Path:
        """The directory of the event store."""
        return self.path / "events"

    @property
    def run(self) -> Path:
        """Files that matter only while processes run: locks, heartbeats, shared metrics."""
        return self.path / "run"

    @property
    def metrics(self) -> Path:
        """The files in which Prometheus' client shares the metrics of all processes."""
        return self.run / "metrics"


def write_private(file: Path, text: str) -> None:
    """Create a file with mode 0600, so it is never readable by others. Durable at return, but for the file's name.

    Raises FileExistsError, OSError.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
        opened.write(text + "\n")
        opened.flush()
        os.fsync(opened.fileno())
