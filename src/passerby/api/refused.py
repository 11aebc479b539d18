"""Requests that were refused: what did not arrive, and why."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency, Provide

from passerby.api import examples_live
from passerby.api.describe import reading
from passerby.refused.record import NO_PROJECT
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.items import RefusedPage, refused_of
from passerby.web.parameters import Page, page


@get(
    "/refused",
    operation_id="listRefused",
    summary="Refused requests",
    description="What the ingest port refused, the newest first: kept for a day, and no more than 1,000 of a project. "
    "Keys and values of secrets are struck out but for their first characters, and addresses are shortened. A request "
    "whose key nobody knows belongs to no project; it is shown here while there is only one.",
    tags=["Live"],
    dependencies={"page": Provide(page, sync_to_thread=False)},
    responses=reading(RefusedPage, examples_live.REFUSED),
)
async def list_refused(access: NamedDependency[Access], page: NamedDependency[Page]) -> RefusedPage:
    return await access.run(refused, access, shown(access), page)


def shown(access: Access) -> tuple[int, ...]:
    """The projects whose refused requests this project may see: its own, and no project's where it is the only one."""
    return (access.project, NO_PROJECT) if access.desk.tokens.is_alone(access.project) else (access.project,)


def refused(access: Access, projects: tuple[int, ...], page: Page) -> RefusedPage:
    """A page of the refused requests of these projects."""
    place = cursors.decode(page.cursor, cursors.AfterRefused)
    before = place.number if place else None
    found = access.desk.refused.newest(projects, limit=page.limit + 1, before=before)
    kept, more = found[: page.limit], len(found) > page.limit
    cursor = cursors.encode(cursors.AfterRefused(kept[-1].number)) if more else None
    return RefusedPage(refused=[refused_of(each) for each in kept], cursor=cursor)
