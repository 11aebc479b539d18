"""The delivery process, started by the supervisor. Without a destination it only waits for one, and imports little."""

from __future__ import annotations

import signal
import threading
from contextlib import closing
from pathlib import Path
from typing import Final

from passerby import logs
from passerby.engines import Engines
from passerby.errors import StoreError
from passerby.settings import Settings
from passerby.storage.data_dir import DataDir

HEARTBEAT: Final = "deliver.heartbeat"
POLL_SECONDS: Final = 1.0

_log = logs.get("delivery")


def run(settings: Settings, engines: Engines) -> None:
    """Deliver to all destinations until SIGTERM or SIGINT."""
    heartbeat = DataDir(settings.data).run / HEARTBEAT
    heartbeat.parent.mkdir(parents=True, exist_ok=True)
    if wait_for_a_destination(engines, heartbeat):
        # The HTTP client and the kinds take 13 MB and a fifth of a second, for nothing without a destination.
        from passerby.runtime.delivery import deliver  # noqa: PLC0415 - as above

        deliver(settings, engines, heartbeat)


def wait_for_a_destination(engines: Engines, heartbeat: Path) -> bool:
    """Return True once there is a destination, or progress of a former one; False at a signal to stop."""
    stopping = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopping.set())
    revision = 0
    with closing(engines.destinations.open_store()) as configurations:
        while not stopping.is_set():
            heartbeat.touch()
            try:
                snapshot = configurations.changes_since(revision)
                if engines.deliveries.exists() or (snapshot is not None and snapshot.destinations):
                    return True
                revision = revision if snapshot is None else snapshot.revision
            except StoreError as fault:  # such as a locked file: the next turn tries again
                _log.exception("destinations cannot be read", error=type(fault).__name__)
            stopping.wait(POLL_SECONDS)
    return False
