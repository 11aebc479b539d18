"""The change feed of accounts on SQLite: triggers count the changes in the table `revision`."""

from __future__ import annotations

from pathlib import Path

import msgspec

from passerby.accounts.errors import AccountsBroken, AccountsUnavailable, NotInitialised
from passerby.accounts.records import AccountsSnapshot, Project, ProjectSettings, WorkingKey
from passerby.accounts.scopes import read as read_scopes
from passerby.storage import migrations, sqlite
from passerby.storage.sql import load

_SQL = load("passerby.accounts.sqlite", "queries.sql")


@sqlite.translates(AccountsUnavailable, AccountsBroken)
class SqliteChangeFeed:
    """Implements `accounts.protocol.ChangeFeed`. Raises NotInitialised where the file holds no project."""

    def __init__(self, file: Path) -> None:
        if not file.exists():
            raise NotInitialised(file.parent)
        self._connection = migrations.open_file(file, "passerby.accounts.sqlite.migrations")
        if not self._connection.execute(_SQL["any_project"]).get:
            self.close()
            raise NotInitialised(file.parent)

    def close(self) -> None:
        self._connection.close()

    def changes_since(self, revision: int, now: int) -> AccountsSnapshot | None:
        # Outside of a transaction, as this runs every second in every process: usually it is all that is read.
        if self._connection.execute(_SQL["revision"]).get <= revision:
            return None
        with self._connection:  # one read transaction: the revision is that of the rows
            current = self._connection.execute(_SQL["revision"]).get
            projects = [
                Project(
                    id=id_,
                    name=name,
                    created_at=created_at,
                    settings=msgspec.json.decode(settings, type=ProjectSettings),
                )
                for id_, name, created_at, settings in self._connection.execute(_SQL["projects"])
            ]
            keys = [
                WorkingKey(id_, project, kind, value, label, read_scopes(scopes), revoked_at)
                for id_, project, kind, value, label, scopes, revoked_at in self._connection.execute(
                    _SQL["current_keys"], {"now": now}
                )
            ]
        return AccountsSnapshot(current, projects, keys)
