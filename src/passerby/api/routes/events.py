"""Route of one message with its processing trail."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from passerby.api.conversion import converting
from passerby.api.openapi.examples import events as examples
from passerby.api.openapi.responses import reading
from passerby.schemas.events import MessageDetailJson, message_detail_json
from passerby.services import events
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode

EventId = Annotated[str, PathParameter(description="The id of an event, or of any other message.")]


@get(
    "/events/{event_id:str}",
    operation_id="getEvent",
    summary="One event and its trail",
    description="The message as sent, the event that it became, and its processing trail: received, validated, "
    "identified by these decisions, stored. Messages without an event are found while the log holds them, events "
    "without limit.",
    tags=["Live"],
    responses=reading(MessageDetailJson, examples.DETAIL, ErrorCode.NOT_FOUND, ErrorCode.EVENTS_UNAVAILABLE),
)
async def get_event(access: NamedDependency[ServerAccess], event_id: EventId) -> MessageDetailJson:
    return await access.run(converting(events.get_event, message_detail_json), access, event_id)
