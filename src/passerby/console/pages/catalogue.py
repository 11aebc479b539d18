"""Which events and attributes there are, how they go, and which rules were broken."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar.di import NamedDependency

from passerby.api.answers import CatalogueAnswer
from passerby.api.catalogue import get_catalogue
from passerby.api.parameters import Cursor, Page
from passerby.console.screens import Visit, screen

SHOWN = 40

Part = Literal["events", "traits", "violations"]


class CatalogueView(msgspec.Struct, kw_only=True):
    """A page of the catalogue, and which part of it is looked at."""

    found: CatalogueAnswer
    part: Part
    cursor: str | None


async def gather(visit: NamedDependency[Visit], part: Part = "events", cursor: Cursor = None) -> CatalogueView:
    found: CatalogueAnswer = await get_catalogue.fn(visit.access, page=Page(SHOWN, cursor))
    return CatalogueView(found=found, part=part, cursor=cursor)


routes = [screen("/catalogue", gather, "catalogue.html")]
