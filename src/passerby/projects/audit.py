"""The audit log: who changed or looked at what of a project, and when."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import msgspec

from passerby import sqlite
from passerby.sql import load

KEPT: Final = 100_000
"""Entries of a project, the newest."""

_SQL = load("passerby.projects", "audit.sql")
_LAST: Final = 2**63 - 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody did something, `at` in milliseconds since 1970. `subject` is what it was done to, by its id or name."""

    id: int
    at: int
    who: str
    action: str
    subject: str
    details: Any


class AuditLog:
    """Writes and reads the audit log. Durable at return. Opening makes the file where there is none."""

    def __init__(self, file: Path) -> None:
        self._connection = sqlite.connect(file)
        self._connection.transaction_mode = "IMMEDIATE"
        self._connection.execute(_SQL["schema"])

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def note(  # noqa: PLR0913 - all that an entry says
        self, project: int, now: int, *, who: str, action: str, subject: str = "", details: Any = None
    ) -> None:
        """Somebody did something to a project. `details` is anything that JSON can say."""
        row = (project, now, who, action, subject, msgspec.json.encode(details).decode())
        with self._connection:
            self._connection.execute(_SQL["note"], row)
            self._connection.execute(_SQL["drop_excess"], (project, KEPT))

    def page(self, project: int, *, limit: int, before: int | None = None) -> list[Entry]:
        """At most `limit` entries of a project, the newest first, those behind `before`."""
        rows = self._connection.execute(_SQL["page"], (project, _LAST if before is None else before, limit))
        return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    number, at, who, action, subject, details = row
    return Entry(id=number, at=at, who=who, action=action, subject=subject, details=msgspec.json.decode(details))
