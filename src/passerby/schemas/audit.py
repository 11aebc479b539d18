"""JSON of the audit log."""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.audit.protocol import Entry, Outcome
from passerby.clock import iso
from passerby.services.cursors import Listed


class AuditEntry(msgspec.Struct, kw_only=True):
    """Who did what, and when. `subject` is what it was done to; `details` what was sent, without secrets.

    `address` is the client's, as trusted proxies report it; empty where it is unknown, as for the command line.
    `outcome` is unknown where the server stopped before it recorded whether the change was made.
    """

    id: int
    at: str
    who: str
    action: str
    subject: str
    details: Any
    address: str
    outcome: Outcome


class AuditPage(msgspec.Struct, kw_only=True):
    """A page of the audit log, newest first."""

    entries: list[AuditEntry]
    cursor: str | None


def audit_entry(entry: Entry) -> AuditEntry:
    """Return the JSON of an entry."""
    return AuditEntry(
        id=entry.id,
        at=iso(entry.at),
        who=entry.who,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        address=entry.address,
        outcome=entry.outcome,
    )


def audit_page(found: Listed[Entry]) -> AuditPage:
    """Return the JSON of a page of the audit log."""
    return AuditPage(entries=list(map(audit_entry, found.items)), cursor=found.cursor)
