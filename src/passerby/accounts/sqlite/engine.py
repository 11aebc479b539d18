"""Opens the control plane on SQLite (`passerby.engines.ControlEngine`)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from passerby.accounts.sqlite.alerting import SqliteAlerting
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.accounts.sqlite.users import SqliteUsers
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.rejected_requests.record import Use
from passerby.rejected_requests.sqlite.samples import SqliteSampleStore
from passerby.rejected_requests.sqlite.store import SqliteRejectedReader, SqliteRejectedWriter
from passerby.storage import sqlite
from passerby.storage.data_dir import DataDir


class SqliteControlEngine:
    """The control plane in one SQLite file, and the two files next to it that other processes write more often."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = DataDir(path.parent)

    def version(self) -> tuple[str, str]:
        return sqlite.version()

    def open_projects(self) -> SqliteProjects:
        return SqliteProjects(self.path)

    def open_feed(self) -> SqliteChangeFeed:
        return SqliteChangeFeed(self.path)

    def open_users(self) -> SqliteUsers:
        return SqliteUsers(self.path)

    def open_alerting(self) -> SqliteAlerting:
        return SqliteAlerting(self.path)

    def open_audit(self) -> SqliteAuditLog:
        return SqliteAuditLog(self._folder.audit)

    def key_uses(self, now: int) -> dict[int, Use]:
        if not self._folder.refused.exists():
            return {}
        with closing(SqliteRejectedReader(self._folder.refused)) as reader:
            return reader.uses(now)

    def open_rejected_writer(self) -> SqliteRejectedWriter:
        return SqliteRejectedWriter(self._folder.refused)

    def open_rejected_reader(self) -> SqliteRejectedReader:
        return SqliteRejectedReader(self._folder.refused)

    def open_samples(self) -> SqliteSampleStore:
        return SqliteSampleStore(self._folder.refused)
