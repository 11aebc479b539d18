"""Data catalog: events, attributes and traits with their volume and validation errors."""

from __future__ import annotations

from typing import Annotated, Literal, get_args

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromQuery, QueryParameter

from passerby.accounts.annotations import Annotation
from passerby.console.routing import PageContext, page_route
from passerby.messages import StandardEvent
from passerby.services import catalogue, cursors, tracking_plan
from passerby.services.catalogue import CataloguePage
from passerby.services.cursors import Page
from passerby.services.series import count_events_by_day
from passerby.web.parameters import Cursor

SHOWN = 40
"""Events of a page."""
MOST = 1_000
"""Events that are read at once to find those of a standard event."""
STANDARDS: tuple[StandardEvent, ...] = get_args(StandardEvent)
DAYS = 30
"""Days of a sparkline."""

Standard = Annotated[StandardEvent | Literal[""], QueryParameter(name="semantic")]
Part = Literal["events", "traits", "violations"]


class CatalogueView(msgspec.Struct, kw_only=True):
    """A page of the data catalog: the part that is shown, and the volumes of its events in the last days.

    `volumes` are by event name, null where the event store is unavailable; names without events are missing. `marks`
    are the annotations of traits, and of events whose names belong on this page, planned ones included. Hidden events
    and traits are shown on request only.
    """

    found: CataloguePage
    volumes: dict[str, list[int]] | None
    marks: list[Annotation]
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
    found = await page.run(_found, page, semantic, cursor)
    # Annotations are stored apart from the catalog: those of this page are within its names, in alphabetical order.
    after = cursors.decode(cursor, cursors.AfterName)
    first, last = after.name if after else "", found.events[-1].name if found.cursor else None
    annotations = await page.run(tracking_plan.list_annotations, page.access)
    names = page.console.settings.catalogue.event_names
    counted = await page.run_events(count_events_by_day, page.access, DAYS, names)
    shown = {event.name for event in found.events}
    return CatalogueView(
        found=found,
        volumes=None if counted is None else {each.name: each.values for each in counted.events if each.name in shown},
        marks=[
            each
            for each in annotations
            if not each.event or (first < each.event and (last is None or each.event <= last))
        ],
        hidden=hidden,
        part=part,
        cursor=cursor,
        semantic=semantic,
        standards=list(STANDARDS),
    )


def _found(page: PageContext, semantic: str, cursor: str | None) -> CataloguePage:
    """Read a page of the catalog, or all events of one standard event, under whatever names they were sent."""
    if not semantic:
        return catalogue.get_catalogue(page.access, Page(SHOWN, cursor))
    found = catalogue.get_catalogue(page.access, Page(MOST, None))
    events, more = found.events, found.cursor
    while more is not None:
        following = catalogue.get_catalogue(page.access, Page(MOST, more))
        events, more = [*events, *following.events], following.cursor
    return msgspec.structs.replace(found, events=[each for each in events if each.semantic == semantic], cursor=None)


routes = [page_route("/catalogue", load, "catalogue.html")]
