"""Who changed or looked at what, for administrators: filtered, and as a file."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency

from passerby.api.auditing import Action, Format, Since, Until, Who, audit_export, audit_page, exported, wanted
from passerby.console.access import Need
from passerby.console.screens import Visit, download, screen
from passerby.projects.audit import View
from passerby.services.management_answers import AuditEntry
from passerby.web.parameters import Cursor, Page

SHOWN = 50


class AuditFilter(msgspec.Struct, kw_only=True):
    """What the page was asked for."""

    who: str
    action: str
    since: str
    until: str


class AuditView(msgspec.Struct, kw_only=True):
    """A page of the audit log. `query` is the filter."""

    entries: list[AuditEntry]
    cursor: str | None
    query: AuditFilter


async def gather(  # noqa: PLR0913, PLR0917 - a parameter for each field of the form
    visit: NamedDependency[Visit],
    who: Who = "",
    action: Action = "",
    since: Since = "",
    until: Until = "",
    cursor: Cursor = None,
) -> AuditView:
    only = wanted(who, action, since, until)
    found = await visit.run(audit_page, visit.access, Page(SHOWN, cursor), only, _view(visit))
    query = AuditFilter(who=who, action=action, since=since, until=until)
    return AuditView(entries=found.entries, cursor=found.cursor, query=query)


async def export(  # noqa: PLR0913, PLR0917 - as above
    visit: NamedDependency[Visit],
    who: Who = "",
    action: Action = "",
    since: Since = "",
    until: Until = "",
    form: Format = "csv",
) -> Response[Any]:
    only = wanted(who, action, since, until)
    content = await visit.run(audit_export, visit.access, only, form, _view(visit))
    await visit.note("audit.exported", details={"format": form})
    return exported(content, form)


def _view(visit: Visit) -> View | None:
    """An administrator of all projects sees what belongs to none of them, too."""
    return View(visit.project, server=True) if visit.may_manage else None


routes = [
    screen("/settings/audit", gather, "audit.html", need=Need.ADMIN),
    download("/settings/audit/export", export, need=Need.ADMIN),
]
