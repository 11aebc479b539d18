"""Paths of the files in a data directory, and the errors of a directory that cannot be used."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple, TextIO


class UnusableDirectory(Exception):
    """The data directory cannot be created, read or written. The message says what to do."""

    def __init__(self, path: Path, error: OSError) -> None:
        user = os.geteuid()
        not_a_directory = "it is not a directory, or lies below a file: choose a directory with --data"
        denied = f"user {user} may not write there: run as its owner, or change its owner: chown -R {user} {path}"
        advice = {
            errno.EEXIST: not_a_directory,  # what mkdir reports for a file of that name
            errno.ENOTDIR: not_a_directory,
            errno.EACCES: denied,
            errno.EPERM: denied,
            errno.EROFS: "its file system is read-only: mount it for writing, or choose another directory with --data",
            errno.ENOSPC: "its disk is full: free disk space, or choose another directory with --data",
        }
        found = advice.get(error.errno or 0) or f"{error.strerror or error}: choose another directory with --data"
        super().__init__(f"cannot use the data directory {path}: {found}")


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
    def deliveries(self) -> Path:
        """Progress of destinations."""
        return self.path / "deliveries.db"

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

    @contextmanager
    def using(self) -> Iterator[None]:
        """Context manager for work on the directory's files: translates system errors to UnusableDirectory."""
        try:
            yield
        except OSError as error:
            raise UnusableDirectory(self.path, error) from error


@contextmanager
def private_file(file: Path) -> Iterator[TextIO]:
    """Create a file with mode 0600, so it is never readable by others, for the block to write; deleted if that fails.

    Durable at return, but for the file's name. Raises FileExistsError, OSError.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as opened:
            yield opened
            opened.flush()
            os.fsync(opened.fileno())
    except BaseException:
        file.unlink()
        raise


def write_private(file: Path, text: str) -> None:
    """Write a line to a new private file. Raises FileExistsError, OSError."""
    with private_file(file) as opened:
        opened.write(text + "\n")
