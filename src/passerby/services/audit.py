"""Reads the audit log: a page of it, or all entries for an export."""

from __future__ import annotations

from passerby.audit.protocol import EVERYTHING, KEPT, Entry, Filter, View
from passerby.services import cursors
from passerby.services.access import ServerAccess
from passerby.services.caller import Permission
from passerby.services.cursors import Listed, Page
from passerby.services.use_cases import reading


@reading(Permission.MANAGE)
def list_entries(access: ServerAccess, page: Page, only: Filter = EVERYTHING) -> Listed[Entry]:
    """Return a page of the entries that match a filter, newest first."""
    place = cursors.decode(page.cursor, cursors.AfterAudit)
    view = _view_of(access)
    with access.context.audit() as log:
        found = log.page(view, limit=page.limit + 1, before=place.number if place else None, only=only)
    shown, more = found[: page.limit], len(found) > page.limit
    return Listed(shown, cursors.encode(cursors.AfterAudit(shown[-1].id)) if more else None)


@reading(Permission.MANAGE)
def export_entries(access: ServerAccess, only: Filter) -> list[Entry]:
    """Return all entries that match a filter, newest first. At most `KEPT` each of project and server are kept."""
    with access.context.audit() as log:
        return log.page(_view_of(access), limit=2 * KEPT, only=only)


def _view_of(access: ServerAccess) -> View:
    """Return which of the server's entries the caller sees, next to those of the project.

    All of them for an administrator of the server, and where there is only one project; else those about users with a
    role in the project.
    """
    if access.caller.may(Permission.ADMINISTER, access.project) or access.context.tokens.is_alone(access.project):
        return View(access.project, server=True)
    with access.context.control() as control:
        return View(access.project, users=control.users_of(access.project))
