"""The catalogue: what events and attributes there are, and which rules were broken."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency, Provide

from passerby.api import examples
from passerby.api.describe import reading
from passerby.services import catalogue
from passerby.services.access import ServerAccess
from passerby.services.answers import CatalogueAnswer
from passerby.services.cursors import Page
from passerby.web.parameters import long_page


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
async def get_catalogue(access: NamedDependency[ServerAccess], page: NamedDependency[Page]) -> CatalogueAnswer:
    return await access.run(catalogue.get_catalogue, access, page)
