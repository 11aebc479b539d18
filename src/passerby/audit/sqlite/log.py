"""The audit log in an SQLite file."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final, Self

import msgspec

from passerby.audit.protocol import EVERYTHING, KEPT, AuditBroken, AuditUnavailable, Entry, Filter, Outcome, View
from passerby.storage import migrations, sqlite
from passerby.storage.sql import load

_SQL = load("passerby.audit.sqlite", "audit.sql")
_LAST: Final = 2**63 - 1


@sqlite.translates(AuditUnavailable, AuditBroken)
class SqliteAuditLog:
    """Implements `audit.protocol.AuditLog`. Opening creates or migrates the file. Raises NewerFile."""

    def __init__(self, file: Path) -> None:
        self._connection = migrations.open_file(file, "passerby.audit.sqlite.migrations")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._connection.close()

    def note(  # noqa: PLR0913 - the fields of an entry
        self,
        project: int,
        now: int,
        *,
        who: str,
        action: str,
        subject: str = "",
        details: Any = None,
        address: str = "",
        outcome: Outcome = "done",
    ) -> int:
        row = (project, now, who, action, subject, _json(details), address, outcome)
        with sqlite.transaction(self._connection):
            number = int(self._connection.execute(_SQL["note"], row).get)
            # By project: a busy one must not displace the entries of another.
            self._connection.execute(_SQL["drop_excess"], (project, KEPT))
        return number

    def complete(self, number: int, project: int, subject: str, details: Any) -> None:
        values = {"id": number, "project": project, "subject": subject, "details": _json(details)}
        self._connection.execute(_SQL["complete"], values)

    def discard(self, number: int) -> None:
        self._connection.execute(_SQL["discard"], {"id": number})

    def page(
        self, view: View | int, *, limit: int, before: int | None = None, only: Filter = EVERYTHING
    ) -> list[Entry]:
        view = View(view) if isinstance(view, int) else view
        values = {
            **view._asdict(),
            **only._asdict(),
            "users": msgspec.json.encode(view.users).decode(),  # one parameter for a list of any length
            "before": _LAST if before is None else before,
            "limit": limit,
        }
        entries = []
        for row in self._connection.execute(_SQL["page"], values):
            stored: dict[str, Any] = dict(zip(Entry.__struct_fields__, row, strict=True))
            entries.append(Entry(**stored | {"details": msgspec.json.decode(stored["details"])}))
        return entries


def _json(details: Any) -> str:
    return msgspec.json.encode(details).decode()
