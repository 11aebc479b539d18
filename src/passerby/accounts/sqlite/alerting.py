"""Alert settings and states in the control file."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec

from passerby.accounts.alerting import AlertSettings
from passerby.accounts.errors import AccountsBroken, AccountsUnavailable
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.storage import sqlite
from passerby.storage.sql import load

_SQL = load("passerby.accounts.sqlite", "alerting.sql")


@sqlite.translates(AccountsUnavailable, AccountsBroken)
class SqliteAlerting:
    """Implements `accounts.protocol.Alerting`; opens the file for each call, as calls are rare."""

    def __init__(self, file: Path) -> None:
        self._file = file
        SqliteProjects(file).close()  # creates the table in a file of an older version

    def settings(self) -> AlertSettings:
        text = self._get("settings")
        return AlertSettings() if text is None else msgspec.json.decode(text, type=AlertSettings)

    def change_settings(self, settings: AlertSettings) -> None:
        self._set("settings", msgspec.json.encode(settings).decode())

    def states(self) -> str | None:
        return self._get("states")

    def keep_states(self, states: str) -> None:
        self._set("states", states)

    def _get(self, name: str) -> str | None:
        with closing(sqlite.connect(self._file)) as connection:
            found: Any = connection.execute(_SQL["get"], (name,)).get
        return None if found is None else str(found)

    def _set(self, name: str, value: str) -> None:
        with closing(sqlite.connect(self._file)) as connection:
            connection.execute(_SQL["set"], (name, value))
