"""The audit log in an SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import msgspec

from passerby.audit.protocol import EVERYTHING, KEPT, Entry, Filter, View
from passerby.storage import migrations, sqlite
from passerby.storage.sql import load

_SQL = load("passerby.audit.sqlite", "audit.sql")
_LAST: Final = 2**63 - 1


class SqliteAuditLog:
    """Writes and reads the audit log. Durable at return. Opening creates or migrates the file. Raises NewerFile."""

    def __init__(self, file: Path) -> None:
        self._connection = migrations.open_file(file, "passerby.audit.sqlite.migrations")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def note(  # noqa: PLR0913 - all that an entry says
        self,
        project: int,
        now: int,
        *,
        who: str,
        action: str,
        subject: str = "",
        details: Any = None,
        address: str = "",
    ) -> None:
        """Record an action on a project, or on the whole server (SERVER). `details` is anything that JSON can say."""
        row = (project, now, who, action, subject, msgspec.json.encode(details).decode(), address)
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["note"], row)
            self._connection.execute(_SQL["drop_excess"], (project, KEPT))

    def page(
        self, view: View | int, *, limit: int, before: int | None = None, only: Filter = EVERYTHING
    ) -> list[Entry]:
        """At most `limit` entries older than `before`, the newest first. A number is a project's entries alone."""
        view = View(view) if isinstance(view, int) else view
        values = {
            **view._asdict(),
            **only._asdict(),
            "users": msgspec.json.encode(view.users).decode(),
            "before": _LAST if before is None else before,
            "limit": limit,
        }
        return [_entry(row) for row in self._connection.execute(_SQL["page"], values)]


def _entry(row: Any) -> Entry:
    number, at, who, action, subject, details, address = row
    told = msgspec.json.decode(details)
    return Entry(id=number, at=at, who=who, action=action, subject=subject, details=told, address=address)
