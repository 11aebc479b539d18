"""Audit log, for administrators: filtered by user, action and time, and as a file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency

from passerby.audit.protocol import Entry
from passerby.console.auth.permissions import Permission
from passerby.console.routing import PageContext, download_route, page_route
from passerby.services import audit
from passerby.services.cursors import Page
from passerby.web.auditing import (
    Action,
    Format,
    Since,
    Until,
    Who,
    audit_file,
    exported,
    wanted,
)
from passerby.web.parameters import Cursor

SHOWN = 50


class AuditFilter(msgspec.Struct, kw_only=True):
    """The filter of the page, as it was entered."""

    who: str
    action: str
    since: str
    until: str


class AuditView(msgspec.Struct, kw_only=True):
    """A page of the audit log, newest first. `query` is the filter."""

    entries: list[Entry]
    cursor: str | None
    query: AuditFilter


async def load(  # noqa: PLR0913, PLR0917 - a parameter for each field of the form
    page: NamedDependency[PageContext],
    who: Who = "",
    action: Action = "",
    since: Since = "",
    until: Until = "",
    cursor: Cursor = None,
) -> AuditView:
    only = wanted(who, action, since, until)
    found = await page.run(audit.list_entries, page.access, Page(SHOWN, cursor), only)
    query = AuditFilter(who=who, action=action, since=since, until=until)
    return AuditView(entries=found.items, cursor=found.cursor, query=query)


async def export(  # noqa: PLR0913, PLR0917 - as above
    page: NamedDependency[PageContext],
    who: Who = "",
    action: Action = "",
    since: Since = "",
    until: Until = "",
    form: Format = "csv",
) -> Response[Any]:
    only = wanted(who, action, since, until)
    content = await page.run(audit_file, await page.run(audit.export_entries, page.access, only), form)
    await page.record("audit.exported", details={"format": form})
    return exported(content, form)


routes = [
    page_route("/settings/audit", load, "audit.html", permission=Permission.ADMIN),
    download_route("/settings/audit/export", export, permission=Permission.ADMIN),
]
