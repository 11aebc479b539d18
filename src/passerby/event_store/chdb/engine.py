"""Opens the event store on chDB (`passerby.engines.EventStoreEngine`), and tries whether it can be opened."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final

from passerby import logs
from passerby.event_store.chdb.connections import version
from passerby.event_store.chdb.opening import open_or_rebuild
from passerby.event_store.chdb.sink import ChdbSink
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import Trial
from passerby.settings import EventSettings

TRIAL: Final = ("-m", "passerby.event_store.chdb.trial")
TRIAL_SECONDS: Final = 60.0
"""How long opening may take in a trial."""


class ChdbEventStoreEngine:
    """One event store in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def version(self) -> tuple[str, str]:
        return "chDB", version()

    def open(self, settings: EventSettings) -> tuple[ChdbEventStore, ChdbSink]:
        store, _ = open_or_rebuild(self.folder, logs.get("events"), settings.memory_bytes, settings.changes_days)
        return store, ChdbSink(store)

    def trial(self, *, in_use: bool) -> Trial:
        """Open the folder in another process, so that a fault of the engine ends that one and not the caller's.

        One process at a time can open a folder: one that is `in_use`, or does not exist, is replaced by an empty one,
        which tries the engine alone.
        """
        opened = self.folder.is_dir() and not in_use
        with tempfile.TemporaryDirectory() as scratch:
            command = [sys.executable, *TRIAL, str(self.folder if opened else scratch)]
            try:
                done = subprocess.run(  # noqa: S603 - our own program
                    command, capture_output=True, text=True, timeout=TRIAL_SECONDS, check=False, env=dict(os.environ)
                )
            except subprocess.TimeoutExpired:
                return Trial("chDB", "", f"no answer within {TRIAL_SECONDS:.0f} s", opened=opened)
        if done.returncode == 0:
            return Trial("chDB", done.stdout.strip(), "", opened=opened)
        lines = done.stderr.strip().splitlines()
        return Trial("chDB", "", lines[-1] if lines else f"exit code {done.returncode}", opened=opened)
