"""Data catalog: events, attributes and traits with their volume and validation errors."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from passerby.console.routing import PageContext, page_route
from passerby.messages import StandardEvent
from passerby.services import catalogue, cursors, tracking_plan
from passerby.services.answers import CatalogueAnswer
from passerby.services.cursors import Page
from passerby.services.errors import ServiceError
from passerby.services.management_answers import MarkInfo
from passerby.services.series import list_volumes
from passerby.web.parameters import Cursor

SHOWN = 40
MOST = 1_000
STANDARDS: tuple[StandardEvent, ...] = get_args(StandardEvent)
DAYS = 30
"""How many days a sparkline has."""

Standard = Annotated[StandardEvent | Literal[""], QueryParameter(name="semantic")]
Part = Literal["events", "traits", "violations"]


class CatalogueView(msgspec.Struct, kw_only=True):
    """A page of the catalogue, which part of it is looked at, and the volumes of its events in the last days.

    `volumes` are by event name and null where events cannot be read now; a name that is not in there did not come.
    `marks` are what people say of traits, and of the events that belong on this page, even if they never came.
    `hidden` events and traits are shown on request only.
    """

    found: CatalogueAnswer
    volumes: dict[str, list[int]] | None
    marks: list[MarkInfo]
    hidden: bool
    part: Part
    cursor: str | None
    semantic: str
    standards: list[str]


async def load(
    page: NamedDependency[PageContext],
    part: FromQuery[Part] = "events",
    cursor: Cursor = None,
    hidden: FromQuery[bool] = False,  # noqa: FBT002 - a part of the address
    semantic: Standard = "",
) -> CatalogueView:
    found: CatalogueAnswer = await (
        _standard(page, semantic) if semantic else page.run(catalogue.get_catalogue, page.access, Page(SHOWN, cursor))
    )
    names = {event.name for event in found.events}
    return CatalogueView(
        found=found,
        volumes=await page.run(_volumes, page, names),
        marks=await page.run(_marks, page, found, cursor),
        hidden=hidden,
        part=part,
        cursor=cursor,
        semantic=semantic,
        standards=list(STANDARDS),
    )


async def _standard(page: PageContext, semantic: str) -> CatalogueAnswer:
    """The catalogue with all events of this standard event, whatever their senders call them."""
    found = await page.run(catalogue.get_catalogue, page.access, Page(MOST, None))
    events, cursor = found.events, found.cursor
    while cursor is not None:
        following = await page.run(catalogue.get_catalogue, page.access, Page(MOST, cursor))
        events, cursor = [*events, *following.events], following.cursor
    wanted = [event for event in events if event.semantic == semantic]
    return msgspec.structs.replace(found, events=wanted, cursor=None)


def _marks(page: PageContext, found: CatalogueAnswer, cursor: str | None) -> list[MarkInfo]:
    """What is said of traits and of the events that belong on this page by their names, whether they came or not."""
    place = cursors.decode(cursor, cursors.AfterName)
    first, last = place.name if place else "", found.events[-1].name if found.cursor else None
    return [
        mark
        for mark in tracking_plan.list_annotations(page.access).marks
        if mark.event is None or _between(first, mark.event, last)
    ]


def _between(first: str, name: str, last: str | None) -> bool:
    return first < name and (last is None or name <= last)


def _volumes(page: PageContext, names: set[str]) -> dict[str, list[int]] | None:
    """What is known of these events by day. Without it the catalogue is still worth a look."""
    try:
        counted = list_volumes(page.access, DAYS, page.console.settings.catalogue.event_names).events
    except ServiceError:
        return None
    return {event.name: event.values for event in counted if event.name in names}


routes = [page_route("/catalogue", load, "catalogue.html")]
