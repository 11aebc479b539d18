"""Routes of the audit log."""

from __future__ import annotations

from litestar import Response, get
from litestar.di import NamedDependency, Provide

from passerby.api.conversion import converting
from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import reading, table
from passerby.audit.protocol import Filter
from passerby.schemas.audit import AuditPage, audit_page
from passerby.services import audit
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.web.auditing import CSV, audit_file, exported, wanted
from passerby.web.parameters import PAGED

_WANTED = {"only": Provide(wanted, sync_to_thread=False)}


@get(
    "/audit",
    operation_id="listAudit",
    summary="The audit log",
    description="Changes of the project and views of profiles in the console, newest first, each with its actor: the "
    "label of a token, a console user, or the command line. Sign-ins, failed ones included, and changes of console "
    "users are listed where they concern users of this project. The last 100,000 entries are kept.",
    tags=["Project"],
    dependencies={**PAGED, **_WANTED},
    responses=reading(AuditPage, examples.AUDIT),
)
async def list_audit(
    access: NamedDependency[ServerAccess], page: NamedDependency[Page], only: NamedDependency[Filter]
) -> AuditPage:
    return await access.run(converting(audit.list_entries, audit_page), access, page, only)


_EXPORTED = "All entries that match the filter, newest first"


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
    description=f"{_EXPORTED}, after a line of headings. A cell that a spreadsheet would evaluate as a "
    "formula is prefixed with an apostrophe.",
    tags=["Project"],
    media_type=CSV,
    dependencies=_WANTED,
    responses=table(AuditPage),
)
async def export_audit_as_csv(access: NamedDependency[ServerAccess], only: NamedDependency[Filter]) -> Response[bytes]:
    entries = await access.run(audit.export_entries, access, only)
    return exported(await access.run(audit_file, entries, "csv"), "csv")
