"""The audit log: who changed or looked at what, in pages and as a file."""

from __future__ import annotations

import csv
import io
from typing import Any, Literal

import msgspec

from passerby.audit.protocol import EVERYTHING, KEPT, Entry, Filter, View
from passerby.clock import iso
from passerby.services import cursors
from passerby.services.access import ServerAccess
from passerby.services.caller import Permission
from passerby.services.cursors import Page
from passerby.services.management_answers import AuditEntry, AuditPage
from passerby.services.use_cases import reading

_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that a spreadsheet would evaluate as a formula."""


@reading(Permission.MANAGE)
def list_entries(access: ServerAccess, page: Page, only: Filter = EVERYTHING) -> AuditPage:
    """Return a page of the entries that fit a filter, the newest first."""
    place = cursors.decode(page.cursor, cursors.AfterAudit)
    view = _view_of(access)
    with access.context.audit() as log:
        found = log.page(view, limit=page.limit + 1, before=place.number if place else None, only=only)
    shown, more = found[: page.limit], len(found) > page.limit
    entries = [_shown(entry) for entry in shown]
    return AuditPage(entries=entries, cursor=cursors.encode(cursors.AfterAudit(shown[-1].id)) if more else None)


@reading(Permission.MANAGE)
def export_entries(access: ServerAccess, only: Filter, form: Literal["json", "csv"]) -> bytes:
    """Return the entries that fit a filter as a file. At most `KEPT` of the project and of the server are kept."""
    with access.context.audit() as log:
        entries = [_shown(entry) for entry in log.page(_view_of(access), limit=2 * KEPT, only=only)]
    if form == "json":
        return msgspec.json.encode(AuditPage(entries=entries, cursor=None))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(AuditEntry.__struct_fields__)
    writer.writerows([_cell(value) for value in msgspec.structs.astuple(entry)] for entry in entries)
    return written.getvalue().encode("utf-8", "replace")


def _view_of(access: ServerAccess) -> View:
    """What the caller may see beyond the project's own entries.

    An administrator of the server, and the only project there is: all entries of the server. Other callers: those
    about users with a role in the project.
    """
    if access.caller.may(Permission.ADMINISTER, access.project) or access.context.tokens.is_alone(access.project):
        return View(access.project, server=True)
    with access.context.control() as control:
        return View(access.project, users=control.users_of(access.project))


def _cell(value: Any) -> str:
    text = value if isinstance(value, str) else msgspec.json.encode(value).decode()
    return f"'{text}" if text.startswith(_FORMULA) else text


def _shown(entry: Entry) -> AuditEntry:
    return AuditEntry(
        id=entry.id,
        at=iso(entry.at),
        who=entry.who,
        action=entry.action,
        subject=entry.subject,
        details=entry.details,
        address=entry.address,
    )
