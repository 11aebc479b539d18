"""Routes of live events: accepted messages and rejected requests as they are received."""

from __future__ import annotations

from typing import Annotated, Literal

from litestar import get
from litestar.di import NamedDependency, Provide
from litestar.params import QueryParameter

from passerby.api.auth import may_still_read
from passerby.api.conversion import converting
from passerby.api.openapi.examples import live as examples
from passerby.api.openapi.responses import reading, streaming
from passerby.schemas.live import LiveBatchJson, LiveRecentJson, live_recent_json
from passerby.services import live
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode, invalid
from passerby.services.items import Wanted
from passerby.services.tail import place_of
from passerby.web.errors import AnyRequest
from passerby.web.parameters import Limit, Meaning
from passerby.web.streaming import MEDIA_TYPE, After, EventStream, LastEventId, follow

_TAGS = ["Live"]
RECENT = 100
"""Default number of items."""

Dialect = Annotated[str | None, QueryParameter(name="dialect", min_length=1, description="Only items of this dialect.")]
WantedStatus = Annotated[
    Literal["accepted", "errors", "dropped", "refused"] | None,
    QueryParameter(
        name="status",
        description="`accepted`: accepted messages, those with validation errors included. `errors`: only messages "
        "with validation errors. `dropped`: rejected requests and invalid messages. `refused`: rejected requests.",
    ),
]
Name = Annotated[
    str | None,
    QueryParameter(name="name", min_length=1, description="Only events or rejected calls with this name, in any case."),
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
    """Return the filter that the query describes."""
    return Wanted(dialect, status, name, q, semantic)


_WANTED = {"wanted": Provide(wanted, sync_to_thread=False)}


@get(
    "/live/recent",
    operation_id="listRecent",
    summary="Recent messages and requests",
    description="The newest accepted messages and rejected requests, newest first, among the last 5,000 received. "
    "Pass `cursor` to `/v1/live` to continue from there.",
    tags=_TAGS,
    dependencies=_WANTED,
    responses=reading(LiveRecentJson, examples.RECENT),
)
async def list_recent(
    access: NamedDependency[ServerAccess], wanted: NamedDependency[Wanted], limit: Limit = RECENT
) -> LiveRecentJson:
    return await access.run(converting(live.list_recent, live_recent_json), access, wanted, limit)


@get(
    "/live",
    operation_id="followLive",
    summary="Stream of messages and requests",
    description="Server-sent events. Each event `items` has a batch of items in order of arrival, sent at 10 items or "
    "0.3 s after the first. A client that falls behind misses items; `skipped` counts them. A client that reads "
    "nothing for 10 s is disconnected. A comment is sent after 15 s without items.",
    tags=_TAGS,
    dependencies=_WANTED,
    media_type=MEDIA_TYPE,
    responses=streaming(LiveBatchJson, examples.BATCH, ErrorCode.INVALID_PARAMETER),
)
async def follow_live(
    request: AnyRequest,
    access: NamedDependency[ServerAccess],
    wanted: NamedDependency[Wanted],
    after: After = None,
    last_event_id: LastEventId = None,
) -> EventStream:
    # A browser that reconnects sends the same `after` again, with the event that it received last.
    place = place_of(last_event_id) or place_of(after)
    if after is not None and place is None:
        raise invalid("after", "Expected a cursor of /v1/live/recent")
    # Checked as long as the stream lasts: a token may be revoked meanwhile.
    tail = access.context.tail
    may = may_still_read(request, access.context.tokens)
    return EventStream(tail, follow(tail, live.visible_projects(access), wanted, place, may))
