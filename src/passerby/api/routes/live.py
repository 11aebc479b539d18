"""What comes in, as it comes in: accepted messages and refused requests."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from passerby.api.auth import may_still_read
from passerby.api.openapi.examples import live as examples
from passerby.api.openapi.responses import reading, streaming
from passerby.services import live
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode, invalid
from passerby.services.items import LiveBatch, LiveRecent, Wanted
from passerby.services.tail import place_of
from passerby.web.errors import AnyRequest
from passerby.web.parameters import Limit, Meaning
from passerby.web.streaming import MEDIA_TYPE, After, EventStream, LastEventId, follow

_TAGS = ["Live"]
RECENT = 100
"""Items when nobody says how many."""

Dialect = Annotated[str | None, QueryParameter(name="dialect", min_length=1, description="Only items of this dialect.")]
WantedStatus = Annotated[
    Literal["accepted", "errors", "dropped", "refused"] | None,
    QueryParameter(
        name="status",
        description="`accepted`: accepted messages, those with validation errors too. `errors`: those alone. "
        "`dropped`: refused requests, and messages that cannot be used. `refused`: refused requests.",
    ),
]
Name = Annotated[
    str | None,
    QueryParameter(name="name", min_length=1, description="Only events of this name, in any case, or refused calls."),
]
Text = Annotated[
    str | None,
    QueryParameter(
        name="q", min_length=1, max_length=1_000, description="Only items in whose name or payload this text occurs."
    ),
]


def wanted(
    dialect: Dialect = None, status: WantedStatus = None, name: Name = None, q: Text = None, semantic: Meaning = None
) -> Wanted:
    """The items that the query asks for."""
    return Wanted(dialect, status, name, q, semantic)


_WANTED = {"wanted": Provide(wanted, sync_to_thread=False)}


@get(
    "/live/recent",
    operation_id="listRecent",
    summary="What came in last",
    description="The newest accepted messages and refused requests, the newest first, among the last 5,000 that came. "
    "`cursor` is where `/v1/live` goes on.",
    tags=_TAGS,
    dependencies=_WANTED,
    responses=reading(LiveRecent, examples.RECENT),
)
async def list_recent(
    access: NamedDependency[ServerAccess], wanted: NamedDependency[Wanted], limit: Limit = RECENT
) -> LiveRecent:
    return await access.run(live.list_recent, access, wanted, limit)


@get(
    "/live",
    operation_id="followLive",
    summary="What comes in, as a stream",
    description="Server-sent events. Each event `items` holds a batch of items in the order in which they came: when "
    "there are 10 of them, or 0.3 s after the first. A reader that falls behind misses items, and is told how many; "
    "one that takes nothing for 10 s is dropped. A comment comes every 15 s where nothing else does.",
    tags=_TAGS,
    dependencies=_WANTED,
    media_type=MEDIA_TYPE,
    responses=streaming(LiveBatch, examples.BATCH, ErrorCode.INVALID_PARAMETER),
)
async def follow_live(
    request: AnyRequest,
    access: NamedDependency[ServerAccess],
    wanted: NamedDependency[Wanted],
    after: After = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    place = place_of(last_event_id) or place_of(after)
    if after is not None and place is None:
        raise invalid("after", "this is no cursor of /v1/live/recent")
    tail = access.context.tail
    may = may_still_read(request, access.context.tokens)
    return EventStream(tail, follow(tail, live.visible_projects(access), wanted, place, may))
