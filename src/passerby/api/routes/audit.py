"""Routes of the audit log."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency, Provide

from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import reading, table
from passerby.audit.protocol import Filter
from passerby.services import audit
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.web.auditing import CSV, AuditPage, audit_file, audit_page, exported, wanted
from passerby.web.parameters import page

_WANTED = {"only": Provide(wanted, sync_to_thread=False)}


@get(
    "/audit",
    operation_id="listAudit",
    summary="The audit log",
    description="Who changed what of the project, or looked at whom in the console, the newest first: a token by its "
    "label, a user of the console, or the command line. Sign-ins, failed ones too, and changes of console users are "
    "shown where they are about users who may use this project. The last 100,000 entries are kept.",
    tags=["Project"],
    dependencies={"page": Provide(page, sync_to_thread=False), **_WANTED},
    responses=reading(AuditPage, examples.AUDIT),
)
async def list_audit(
    access: NamedDependency[ServerAccess], page: NamedDependency[Page], only: NamedDependency[Filter]
) -> AuditPage:
    return audit_page(await access.run(audit.list_entries, access, page, only))


_EXPORTED = "All entries that the filter leaves, the newest first"


@get(
    "/audit/export",
    operation_id="exportAudit",
    summary="Export the audit log",
    description=f"{_EXPORTED}, on one page.",
    tags=["Project"],
    dependencies=_WANTED,
    responses=reading(AuditPage, examples.AUDIT),
)
async def export_audit(access: NamedDependency[ServerAccess], only: NamedDependency[Filter]) -> Response[bytes]:
    entries = await access.run(audit.export_entries, access, only)
    return exported(await access.run(audit_file, entries, "json"), "json")


@get(
    "/audit/export.csv",
    operation_id="exportAuditAsCsv",
    summary="Export the audit log as CSV",
    description=f"{_EXPORTED}, after a line of headings. A cell that a spreadsheet would run begins with an "
    "apostrophe.",
    tags=["Project"],
    media_type=CSV,
    dependencies=_WANTED,
    responses=table(AuditPage),
)
async def export_audit_as_csv(access: NamedDependency[ServerAccess], only: NamedDependency[Filter]) -> Response[bytes]:
    entries = await access.run(audit.export_entries, access, only)
    return exported(await access.run(audit_file, entries, "csv"), "csv")
