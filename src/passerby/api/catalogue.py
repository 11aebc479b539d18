"""The catalogue: what events and attributes there are, and which rules were broken."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency, Provide

from passerby.api import examples
from passerby.api.describe import reading
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.answers import CatalogueAnswer
from passerby.web.parameters import Page, long_page


@get(
    "/catalogue",
    operation_id="getCatalogue",
    summary="Events, attributes and violations",
    description="Every event name with its attributes, their types and counts, and what broke a rule; the traits of "
    "profiles; and the newest violations that belong to no event of the catalogue.",
    tags=["Project"],
    dependencies={"page": Provide(long_page, sync_to_thread=False)},
    responses=reading(CatalogueAnswer, examples.CATALOGUE),
)
async def get_catalogue(access: NamedDependency[Access], page: NamedDependency[Page]) -> CatalogueAnswer:
    place = cursors.decode(page.cursor, cursors.AfterName)
    found = await access.run(
        access.desk.state.catalogue, access.project, limit=page.limit, after=place.name if place else ""
    )
    cursor = None if found.after is None else cursors.encode(cursors.AfterName(found.after))
    return CatalogueAnswer(events=found.events, traits=found.traits, violations=found.violations, cursor=cursor)
