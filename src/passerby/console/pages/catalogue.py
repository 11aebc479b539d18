"""Which events and attributes there are, how they go, and which rules were broken."""

from __future__ import annotations

from typing import Literal

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromQuery

from passerby.api.answers import CatalogueAnswer
from passerby.api.catalogue import get_catalogue
from passerby.api.errors import ApiError
from passerby.api.parameters import Cursor, Page
from passerby.api.series import top_events
from passerby.catalogue.rules import EVENT_NAMES
from passerby.console.screens import Visit, screen

SHOWN = 40
DAYS = 30
"""How many days a sparkline has."""

Part = Literal["events", "traits", "violations"]


class CatalogueView(msgspec.Struct, kw_only=True):
    """A page of the catalogue, which part of it is looked at, and the volumes of its events in the last days.

    `volumes` are by event name and null where events cannot be read now; a name that is not in there did not come.
    """

    found: CatalogueAnswer
    volumes: dict[str, list[int]] | None
    part: Part
    cursor: str | None


async def gather(
    visit: NamedDependency[Visit], part: FromQuery[Part] = "events", cursor: Cursor = None
) -> CatalogueView:
    found: CatalogueAnswer = await get_catalogue.fn(visit.access, page=Page(SHOWN, cursor))
    volumes = await visit.run(_volumes, visit, {event.name for event in found.events})
    return CatalogueView(found=found, volumes=volumes, part=part, cursor=cursor)


def _volumes(visit: Visit, names: set[str]) -> dict[str, list[int]] | None:
    """What is known of these events by day. Without it the catalogue is still worth a look."""
    try:
        counted = top_events(visit.access, DAYS, EVENT_NAMES).events
    except ApiError:
        return None
    return {event.name: event.values for event in counted if event.name in names}


routes = [screen("/catalogue", gather, "catalogue.html")]
