"""Live events: accepted messages and rejected requests as they are received."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Final, Literal, get_args

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from passerby.console.auth.sessions import COOKIE
from passerby.console.routing import PageContext, page_route, stream_route
from passerby.dialects.registry import ALL
from passerby.messages import StandardEvent
from passerby.services import live
from passerby.services.items import LiveRecent, RefusedRequest, Wanted
from passerby.services.tail import place_of
from passerby.web.errors import AnyRequest
from passerby.web.streaming import After, EventStream, LastEventId, follow

SHOWN = 100
CHECK_MS: Final = 1_000
"""How often a stream checks its session, and so how long it continues after a sign-out."""


Word = Annotated[str, QueryParameter(max_length=1_000)]
Status = Literal["", "accepted", "errors", "dropped", "refused"]
Standard = Annotated[StandardEvent | Literal[""], QueryParameter(name="semantic")]


class LiveView(msgspec.Struct, kw_only=True):
    """The latest events, and the filter."""

    recent: LiveRecent
    dialect: str
    status: Status
    name: str
    q: str
    semantic: StandardEvent | Literal[""]
    standards: list[str]
    dialects: list[str]


async def load(  # noqa: PLR0913, PLR0917 - a form's fields are parameters here
    page: NamedDependency[PageContext],
    dialect: Word = "",
    status: FromQuery[Status] = "",
    name: Word = "",
    q: Word = "",
    semantic: Standard = "",
) -> LiveView:
    wanted = _wanted(dialect, status, name, q, semantic)
    return LiveView(
        recent=await page.run(live.list_recent, page.access, wanted, SHOWN),
        dialect=dialect,
        status=status,
        name=name,
        q=q,
        semantic=semantic,
        standards=list(get_args(StandardEvent)),
        dialects=[each.name for each in ALL],
    )


async def follow_live(  # noqa: PLR0913, PLR0917 - a form's fields are parameters here
    request: AnyRequest,
    page: NamedDependency[PageContext],
    dialect: Word = "",
    status: FromQuery[Status] = "",
    name: Word = "",
    q: Word = "",
    semantic: Standard = "",
    after: After = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    place = place_of(last_event_id) or place_of(after)
    may = _may_still_look(page, request.cookies.get(COOKIE, ""))
    wanted = _wanted(dialect, status, name, q, semantic)
    return EventStream(
        page.context.tail, follow(page.context.tail, live.visible_projects(page.access), wanted, place, may)
    )


def _wanted(dialect: str, status: Status, name: str, q: str, semantic: StandardEvent | Literal[""]) -> Wanted:
    """The items that a form asks for: a field that is left empty is no condition."""
    return Wanted(dialect or None, status or None, name.strip() or None, q or None, semantic or None)


async def load_refused(page: NamedDependency[PageContext], number: FromPath[int]) -> RefusedRequest:
    """One refused request, while it is kept."""
    return await page.run(live.get_rejected, page.access, number)


def _may_still_look(page: PageContext, token: str) -> Callable[[], bool]:
    """Whether the session is still there, looked up every CHECK_MS."""
    looked = page.context.now()

    def may() -> bool:
        nonlocal looked
        now = page.context.now()
        if now - looked < CHECK_MS:
            return True
        looked = now
        return page.console.context.users.visitor(token, now) is not None

    return may


routes = [
    page_route("/live", load, "live.html"),
    page_route("/live/rejected/{number:int}", load_refused, "rejected-request.html"),
    page_route("/live/refused/{number:int}", load_refused, "rejected-request.html"),  # the path of 0.1
    stream_route("/live/stream", follow_live),
]
