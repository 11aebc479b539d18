"""Live events: accepted messages and rejected requests as they are received."""

from __future__ import annotations

from typing import Annotated, Final, Literal, get_args

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, FromQuery, QueryParameter

from passerby.console.auth.sessions import COOKIE
from passerby.console.routing import PageContext, page_route, stream_route
from passerby.dialects.registry import ALL
from passerby.messages import StandardEvent
from passerby.rejected_requests.record import RejectedRequest
from passerby.services import live
from passerby.services.items import Wanted
from passerby.services.live import LiveRecent
from passerby.services.tail import place_of
from passerby.web.errors import AnyRequest
from passerby.web.streaming import After, EventStream, LastEventId, follow

SHOWN = 100
"""Events on the page before the first live one."""
CHECK_MS: Final = 1_000
"""Time between two checks of a stream's session, and so how long it continues after a sign-out."""

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
    token, looked = request.cookies.get(COOKIE, ""), page.context.now()

    def has_session() -> bool:
        nonlocal looked
        now = page.context.now()
        if now - looked < CHECK_MS:
            return True
        looked = now
        return page.context.users.visitor(token, now) is not None

    wanted, tail = _wanted(dialect, status, name, q, semantic), page.context.tail
    return EventStream(tail, follow(tail, live.visible_projects(page.access), wanted, place, has_session))


def _wanted(dialect: str, status: Status, name: str, q: str, semantic: StandardEvent | Literal[""]) -> Wanted:
    """Return the filter of the form. An empty field is no condition."""
    return Wanted(dialect or None, status or None, name.strip() or None, q or None, semantic or None)


async def load_rejected(page: NamedDependency[PageContext], number: FromPath[int]) -> RejectedRequest:
    """Return a rejected request, while it is kept."""
    return await page.run(live.get_rejected, page.access, number)


routes = [
    page_route("/live", load, "live.html"),
    page_route("/live/rejected/{number:int}", load_rejected, "rejected-request.html"),
    page_route("/live/refused/{number:int}", load_rejected, "rejected-request.html"),  # the path of 0.1
    stream_route("/live/stream", follow_live),
]
