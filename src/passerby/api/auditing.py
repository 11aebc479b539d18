"""The audit log over the API: every change that succeeds is noted before its caller hears of it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response, get
from litestar.di import NamedDependency, Provide
from litestar.middleware import ASGIMiddleware
from litestar.params import QueryParameter
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from passerby.api import examples_management
from passerby.api.describe import CSV, reading, table
from passerby.api.needs import need_of
from passerby.dialects.common.times import read_iso_or_epoch
from passerby.projects.audit import EVERYTHING, KEPT, Entry, Filter, View
from passerby.refused import redaction
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.desk import Desk
from passerby.services.errors import invalid
from passerby.services.management_answers import AuditEntry, AuditPage
from passerby.times import iso
from passerby.web.parameters import Page, page

BODY_BYTES = 4_096
"""How much of what a caller sent is looked at for the audit log."""
_UNTOLD = frozenset({"value", "password"})
"""Members of bodies that the audit log does not repeat."""
_ERRORS = 400
_FORMULA = ("=", "+", "-", "@", "\t", "\r")
"""First characters of a cell that a spreadsheet would evaluate as a formula."""


Who = Annotated[
    str, QueryParameter(name="who", max_length=200, description="Only entries whose `who` contains this text.")
]
Action = Annotated[
    str,
    QueryParameter(
        name="action", max_length=100, description="Only actions that begin so: `key.added`, or `key.` for all of keys."
    ),
]
Since = Annotated[str, QueryParameter(name="from", max_length=40, description="ISO 8601: only entries since then.")]
Until = Annotated[str, QueryParameter(name="to", max_length=40, description="ISO 8601: only entries before then.")]
Format = Annotated[
    Literal["json", "csv"], QueryParameter(name="format", description="`json`: an array of entries; `csv`: a table.")
]


def wanted(who: Who = "", action: Action = "", since: Since = "", until: Until = "") -> Filter:
    """The entries that the query asks for. Raises ApiError for a time that cannot be read."""
    return Filter(who, action, _time(since, "from", 0), _time(until, "to", EVERYTHING.until))


def _time(text: str, parameter: str, otherwise: int) -> int:
    if not text:
        return otherwise
    found = read_iso_or_epoch(text)
    if found is None:
        raise invalid(parameter, "this is no time in ISO 8601")
    return found


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
    responses=reading(AuditPage, examples_management.AUDIT),
)
async def list_audit(
    access: NamedDependency[Access], page: NamedDependency[Page], only: NamedDependency[Filter]
) -> AuditPage:
    return await access.run(audit_page, access, page, only)


_EXPORTED = "All entries that the filter leaves, the newest first"


@get(
    "/audit/export",
    operation_id="exportAudit",
    summary="Export the audit log",
    description=f"{_EXPORTED}, on one page.",
    tags=["Project"],
    dependencies=_WANTED,
    responses=reading(AuditPage, examples_management.AUDIT),
)
async def export_audit(access: NamedDependency[Access], only: NamedDependency[Filter]) -> Response[bytes]:
    return exported(await access.run(audit_export, access, only, "json"), "json")


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
async def export_audit_as_csv(access: NamedDependency[Access], only: NamedDependency[Filter]) -> Response[bytes]:
    return exported(await access.run(audit_export, access, only, "csv"), "csv")


def view_of(access: Access) -> View:
    """What a project's token may see: its entries, and of the server's those about users who may use the project."""
    if access.desk.tokens.is_alone(access.project):
        return View(access.project, server=True)
    with access.desk.policies() as store:
        return View(access.project, users=store.users_of(access.project))


def audit_page(access: Access, page: Page, only: Filter = EVERYTHING, view: View | None = None) -> AuditPage:
    """A page of the audit log."""
    place = cursors.decode(page.cursor, cursors.AfterAudit)
    view = view or view_of(access)
    with access.desk.audit() as log:
        found = log.page(view, limit=page.limit + 1, before=place.number if place else None, only=only)
    shown, more = found[: page.limit], len(found) > page.limit
    entries = [_shown(entry) for entry in shown]
    return AuditPage(entries=entries, cursor=cursors.encode(cursors.AfterAudit(shown[-1].id)) if more else None)


def audit_export(access: Access, only: Filter, form: str, view: View | None = None) -> bytes:
    """The audit log as a file. At most `KEPT` entries of the project, and as many of the server, are kept at all."""
    view = view or view_of(access)
    with access.desk.audit() as log:
        entries = [_shown(entry) for entry in log.page(view, limit=2 * KEPT, only=only)]
    if form == "json":
        return msgspec.json.encode(AuditPage(entries=entries, cursor=None))
    written = io.StringIO()
    writer = csv.writer(written)
    writer.writerow(AuditEntry.__struct_fields__)
    writer.writerows([_cell(value) for value in msgspec.structs.astuple(entry)] for entry in entries)
    return written.getvalue().encode("utf-8", "replace")


def exported(content: bytes, form: str) -> Response[bytes]:
    """An answer that a browser saves as a file."""
    headers = {"Content-Disposition": f'attachment; filename="audit.{form}"'}
    return Response(content, media_type="application/json" if form == "json" else CSV, headers=headers)


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


def note(  # noqa: PLR0913, PLR0917 - all that an entry says
    access: Access, who: str, action: str, subject: str = "", details: Any = None, address: str = ""
) -> None:
    """Record a change to the project, or a look at one of its profiles, in the audit log."""
    now = access.desk.now()
    with access.desk.audit() as log:
        log.note(access.project, now, who=who, action=action, subject=subject, details=details, address=address)


class Audited(ASGIMiddleware):
    """Notes every request that changed something. What cannot be noted is answered as a fault of ours."""

    def __init__(self, desk: Callable[[], Desk]) -> None:
        self._desk = desk

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        action = need_of(scope["route_handler"]).action
        if action is None:
            await next_app(scope, receive, send)
            return
        sent = bytearray()

        async def received() -> Any:
            message = await receive()
            if len(sent) < BODY_BYTES and message["type"] == "http.request":
                sent.extend(message["body"])
            return message

        async def answered(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < _ERRORS:
                await self._note(scope, action, bytes(sent))
            await send(message)

        await next_app(scope, received, answered)

    async def _note(self, scope: Scope, action: str, sent: bytes) -> None:
        desk, state = self._desk(), scope["state"]
        subject = " ".join(str(value) for value in scope["path_params"].values())
        access = Access(desk, state["project"])
        address = scope["client"][0] if scope["client"] else ""
        await desk.readers.run(note, access, state["actor"].label, action, subject, told(sent), address)


def told(sent: bytes) -> Any:
    """What a caller sent, without secrets; null for nothing, or for too much."""
    try:
        found = msgspec.json.decode(redaction.body(sent)) if 0 < len(sent) <= redaction.BODY_BYTES else None
    except msgspec.DecodeError:
        return None
    return {name: value for name, value in found.items() if name not in _UNTOLD} if isinstance(found, dict) else found
