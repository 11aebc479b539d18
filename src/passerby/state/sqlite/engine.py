"""Opens the state on SQLite (`passerby.engines.StateEngine`)."""

from __future__ import annotations

from pathlib import Path

import apsw

from passerby.settings import OutboxSettings
from passerby.state.protocol import Progress, StateUnavailable
from passerby.state.sqlite.applied import read_progress
from passerby.state.sqlite.connector import SqliteConnector
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.reader import SqliteStateReader, read_only
from passerby.state.sqlite.store import SqliteState
from passerby.storage import sqlite


class SqliteStateEngine:
    """One state in one SQLite file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def version(self) -> tuple[str, str]:
        return sqlite.version()

    def exists(self) -> bool:
        return self.path.exists()

    def open_writer(self) -> SqliteState:
        return SqliteState(self.path)

    def open_reader(self) -> SqliteStateReader:
        return SqliteStateReader(self.path)

    def open_outbox(self, retention: OutboxSettings) -> SqliteOutbox:
        return SqliteOutbox(self.path, retention)

    def open_connector(self) -> SqliteConnector:
        return read_only(self.path)

    def progress(self) -> Progress:
        try:
            return read_progress(self.path)
        except apsw.Error as error:
            raise StateUnavailable(str(error)) from error
