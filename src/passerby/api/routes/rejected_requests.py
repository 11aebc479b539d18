"""Route of the requests that the ingest port rejected."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from passerby.api.conversion import converting
from passerby.api.openapi.examples import live as examples
from passerby.api.openapi.responses import reading
from passerby.schemas.live import RejectedPage, rejected_page
from passerby.services import live
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.web.parameters import PAGED


@get(
    "/rejected-requests",
    operation_id="listRejectedRequests",
    summary="Rejected requests",
    description="Requests that the ingest port rejected, newest first: kept for a day, at most 1,000 of a project. "
    "Keys and secrets are redacted except for their first characters, and addresses are shortened to their network. A "
    "request with an unknown key belongs to no project; it is listed where there is only one project.",
    tags=["Live"],
    dependencies=PAGED,
    responses=reading(RejectedPage, examples.REJECTED),
)
async def list_rejected_requests(access: NamedDependency[ServerAccess], page: NamedDependency[Page]) -> RejectedPage:
    return await access.run(converting(live.list_rejected, rejected_page), access, page)
