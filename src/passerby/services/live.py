"""Incoming traffic: the newest accepted messages and rejected requests."""

from __future__ import annotations

import heapq
from functools import partial

import msgspec

from passerby.rejected_requests.record import NO_PROJECT, RejectedRequest
from passerby.services import cursors
from passerby.services.access import ServerAccess
from passerby.services.caller import Permission
from passerby.services.cursors import Listed, Page
from passerby.services.errors import not_found
from passerby.services.items import LiveItem, Wanted, of_entry, of_request
from passerby.services.tail import Place, id_of
from passerby.services.use_cases import reading


class LiveRecent(msgspec.Struct, kw_only=True, frozen=True):
    """The newest items first, and the cursor from which the stream continues."""

    items: list[LiveItem]
    cursor: str


def visible_projects(access: ServerAccess) -> tuple[int, ...]:
    """Return the projects whose rejected requests the caller sees, the access's own first.

    Requests with an unknown key belong to no project: an administrator of the server sees them, and any user where
    there is only one project.
    """
    all_of_them = access.context.tokens.is_alone(access.project)
    if all_of_them or access.caller.may(Permission.ADMINISTER, access.project):
        return access.project, NO_PROJECT
    return (access.project,)


@reading()
def list_rejected(access: ServerAccess, page: Page) -> Listed[RejectedRequest]:
    """Return a page of rejected requests, the newest first."""
    place = cursors.decode(page.cursor, cursors.AfterRejection)
    before = place.number if place else None
    found = access.context.refused.newest(visible_projects(access), limit=page.limit + 1, before=before)
    kept, more = found[: page.limit], len(found) > page.limit
    cursor = cursors.encode(cursors.AfterRejection(kept[-1].number)) if more else None
    return Listed(kept, cursor)


@reading()
def get_rejected(access: ServerAccess, number: int) -> RejectedRequest:
    """Return one rejected request. Raises NotFound: they are kept for a day."""
    # Read as the newest of those up to it, so that its project is checked as in the list.
    found = access.context.refused.newest(visible_projects(access), limit=1, before=number + 1)
    if not found or found[0].number != number:
        raise not_found("rejected request: they are kept for a day")
    return found[0]


@reading()
def list_recent(access: ServerAccess, wanted: Wanted, limit: int) -> LiveRecent:
    """Return the newest items that are wanted, the newest first."""
    context, projects = access.context, visible_projects(access)
    # The cursor is read before the items: what arrives in between is in both, and nothing is missing.
    place = Place(context.log.head(), context.refused.head())
    types_of = context.tail.types_of
    fits, as_item = partial(wanted.message, types_of=types_of), partial(of_entry, types_of=types_of)
    accepted = context.archive.newest(projects[0], limit, fits) if wanted.status != "refused" else []
    refused = [each for each in context.refused.newest(projects, limit=limit) if wanted.request(each)]
    items: list[LiveItem] = list(
        heapq.merge(map(as_item, accepted), map(of_request, refused), key=lambda item: item.received_at, reverse=True)
    )
    return LiveRecent(items=items[:limit], cursor=id_of(place))
