"""Protocol of the audit log: who changed or viewed what in a project, and when."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, Literal, NamedTuple, Protocol, Self

import msgspec

from passerby.errors import StoreBroken, StoreUnavailable

KEPT: Final = 100_000
"""Entries kept of each project, and of the server as a whole; older ones are deleted."""
SERVER: Final = 0
"""The project of entries without one: sign-ins, and changes of console users."""

_LAST: Final = 2**63 - 1

Outcome = Literal["done", "unknown"]


class AuditUnavailable(StoreUnavailable):
    """The audit log cannot be read or written at the moment."""

    store = "the audit log"


class AuditBroken(StoreBroken):
    """The audit log cannot be read or written: a damaged file, or a bug."""

    store = "the audit log"


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One action of a user, `at` in milliseconds since 1970. `subject` is the id or name of the object.

    `address` is the client's IP address; empty for the command line. `outcome` is unknown while the action is carried
    out, and stays so if the process ends before it is recorded as done.
    """

    id: int
    at: int
    who: str
    action: str
    subject: str
    details: Any
    address: str = ""
    outcome: Outcome = "done"


class Filter(NamedTuple):
    """Selects entries by part of a user name, beginning of an action, and time in ms (`until` is exclusive)."""

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


class AuditLog(Protocol):
    """Writes and reads the audit log. What is recorded is durable at return."""

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...

    def close(self) -> None: ...

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
        """Record an action on a project, or on the whole server (SERVER); return the entry's id.

        `details` is anything that JSON can hold. Keeps the newest `KEPT` entries of the project.
        """

    def complete(self, number: int, project: int, subject: str, details: Any) -> None:
        """Record that the action of an entry is done, on this subject of this project."""

    def discard(self, number: int) -> None:
        """Delete the entry of an action that was refused, and changed nothing."""

    def page(
        self, view: View | int, *, limit: int, before: int | None = None, only: Filter = EVERYTHING
    ) -> list[Entry]:
        """Return at most `limit` entries with ids below `before`, newest first.

        A project's id as `view` selects the entries of that project only.
        """
