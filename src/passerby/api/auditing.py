"""The audit log over the API: every change that succeeds is noted before its caller hears of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send

from passerby.api import cursors, examples_management
from passerby.api.access import Access
from passerby.api.describe import reading
from passerby.api.desk import Desk
from passerby.api.management_answers import AuditEntry, AuditPage
from passerby.api.needs import need_of
from passerby.api.parameters import Page, page
from passerby.refused import redaction
from passerby.times import iso

BODY_BYTES = 4_096
"""How much of what a caller sent is looked at for the audit log."""
_UNTOLD = frozenset({"value", "password"})
"""Members of bodies that the audit log does not repeat."""
_ERRORS = 400


@get(
    "/audit",
    operation_id="listAudit",
    summary="The audit log",
    description="Who changed what of the project, or looked at whom in the console, the newest first: a token by its "
    "label, a user of the console, or the command line. The last 100,000 entries are kept.",
    tags=["Project"],
    dependencies={"page": Provide(page, sync_to_thread=False)},
    responses=reading(AuditPage, examples_management.AUDIT),
)
async def list_audit(access: NamedDependency[Access], page: NamedDependency[Page]) -> AuditPage:
    return await access.run(audit_page, access, page)


def audit_page(access: Access, page: Page) -> AuditPage:
    """A page of the audit log."""
    place = cursors.decode(page.cursor, cursors.AfterAudit)
    with access.desk.audit() as log:
        found = log.page(access.project, limit=page.limit + 1, before=place.number if place else None)
    shown, more = found[: page.limit], len(found) > page.limit
    entries = [
        AuditEntry(id=e.id, at=iso(e.at), who=e.who, action=e.action, subject=e.subject, details=e.details)
        for e in shown
    ]
    return AuditPage(entries=entries, cursor=cursors.encode(cursors.AfterAudit(shown[-1].id)) if more else None)


def note(access: Access, who: str, action: str, subject: str = "", details: Any = None) -> None:
    """Note that somebody did something to the project, or looked at something of it."""
    with access.desk.audit() as log:
        log.note(access.project, access.desk.now(), who=who, action=action, subject=subject, details=details)


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
        await desk.readers.run(note, access, state["who"], action, subject, told(sent))


def told(sent: bytes) -> Any:
    """What a caller sent, without secrets; null for nothing, or for too much."""
    try:
        found = msgspec.json.decode(redaction.body(sent)) if 0 < len(sent) <= redaction.BODY_BYTES else None
    except msgspec.DecodeError:
        return None
    return {name: value for name, value in found.items() if name not in _UNTOLD} if isinstance(found, dict) else found
