"""Who changed or looked at what, for administrators."""

from __future__ import annotations

from litestar.di import NamedDependency

from passerby.api.auditing import audit_page
from passerby.api.management_answers import AuditPage
from passerby.api.parameters import Cursor, Page
from passerby.console.access import Need
from passerby.console.screens import Visit, screen

SHOWN = 50


async def gather(visit: NamedDependency[Visit], cursor: Cursor = None) -> AuditPage:
    return await visit.run(audit_page, visit.access, Page(SHOWN, cursor))


routes = [screen("/settings/audit", gather, "audit.html", need=Need.ADMIN)]
