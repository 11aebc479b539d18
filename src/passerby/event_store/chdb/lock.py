"""Locks the event store's folder for one process. The engine has no lock: a second process would damage the files."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Final

from passerby.event_store.protocol import EventStoreInUse

_FILE: Final = "passerby.lock"


class Lock:
    """Holds a folder for this process until released. The system releases it when the process ends, also if killed."""

    def __init__(self, folder: Path) -> None:
        """Take the lock. Raises EventStoreInUse where another process holds it."""
        self._file = (folder / _FILE).open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise EventStoreInUse("another process has the event store open") from None

    def release(self) -> None:
        """Release the lock."""
        self._file.close()
