"""Opens the control plane on SQLite (`passerby.engines.ControlEngine`)."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from passerby import sqlite
from passerby.folder import DataFolder
from passerby.projects.alerting import Alerting
from passerby.projects.audit import AuditLog
from passerby.projects.credentials import ProjectCredentials
from passerby.projects.store import ProjectStore
from passerby.projects.users import ConsoleUsers
from passerby.refused.store import RefusedReader, RefusedWriter, Use


class SqliteControlEngine:
    """The control plane in one SQLite file, and the two files next to it that other processes write more often."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._folder = DataFolder(path.parent)

    def version(self) -> tuple[str, str]:
        return sqlite.version()

    def open_projects(self) -> ProjectStore:
        return ProjectStore(self.path)

    def open_credentials(self) -> ProjectCredentials:
        return ProjectCredentials(self.path)

    def open_users(self) -> ConsoleUsers:
        return ConsoleUsers(self.path)

    def open_alerting(self) -> Alerting:
        return Alerting(self.path)

    def open_audit(self) -> AuditLog:
        return AuditLog(self._folder.audit)

    def key_uses(self, now: int) -> dict[int, Use]:
        if not self._folder.refused.exists():
            return {}
        with closing(RefusedReader(self._folder.refused)) as reader:
            return reader.uses(now)

    def open_rejected_writer(self) -> RefusedWriter:
        return RefusedWriter(self._folder.refused)

    def open_rejected_reader(self) -> RefusedReader:
        return RefusedReader(self._folder.refused)
