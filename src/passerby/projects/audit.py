"""The audit log: who changed or looked at what of a project, and when."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, Self

import msgspec

from passerby import migrations
from passerby.sql import load

KEPT: Final = 100_000
"""Entries of a project, the newest; and as many of the whole server."""
SERVER: Final = 0
"""The project of entries that belong to none: sign-ins, and changes of console users."""

_SQL = load("passerby.projects", "audit.sql")
_LAST: Final = 2**63 - 1


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """Who did what, `at` in milliseconds since 1970. `subject` is what it was done to, by its id or name.

    `address` is the client's; empty where it is unknown, as for the command line.
    """

    id: int
    at: int
    who: str
    action: str
    subject: str
    details: Any
    address: str = ""


class Filter(NamedTuple):
    """Which entries are wanted: part of a name, the beginning of an action, and times in ms (`until` excluded)."""

    who: str = ""
    action: str = ""
    since: int = 0
    until: int = _LAST


class View(NamedTuple):
    """Scope of a query: a project's entries and, of the whole server's, all or those about these console users."""

    project: int
    server: bool = False
    users: Sequence[str] = ()


EVERYTHING: Final = Filter()


class AuditLog:
    """Writes and reads the audit log. Durable at return. Opening creates or migrates the file. Raises NewerFile."""

    def __init__(self, file: Path) -> None:
        self._connection = migrations.open_file(file, "passerby.projects.audit_migrations")
        self._connection.transaction_mode = "IMMEDIATE"

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
        with self._connection:
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
