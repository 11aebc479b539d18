"""One process at a time: the engine does not keep a second one out of its folder by itself."""

from __future__ import annotations

import fcntl
from pathlib import Path
from typing import Final

from passerby.event_store.protocol import EventStoreInUse

_FILE: Final = "passerby.lock"


class Lock:
    """Holds a folder for this process, until released or until the process ends in whatever way."""

    def __init__(self, folder: Path) -> None:
        """Raises EventStoreInUse where somebody else holds it."""
        self._file = (folder / _FILE).open("ab")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self._file.close()
            raise EventStoreInUse("another process has the event store open") from None

    def release(self) -> None:
        """Let others have it."""
        self._file.close()
