"""One message: what was sent, what was made of it, and how."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from passerby.api import examples_trail
from passerby.api.access import Access
from passerby.api.describe import reading
from passerby.api.errors import ApiError, ErrorCode, not_found
from passerby.api.parameters import uuid_of
from passerby.api.trail import Found, MessageDetail, detail
from passerby.events.protocol import EventStoreBroken, EventStoreFailed
from passerby.identity.cleaning import gather
from passerby.log.protocol import Entry
from passerby.messages import StoredEvent
from passerby.state.views import HistoryEntry

EventId = Annotated[str, PathParameter(description="The id of an event, or of any other message.")]


@get(
    "/events/{event_id:str}",
    operation_id="getEvent",
    summary="One event and its trail",
    description="What was sent, what was made of it, and its trail: received, validated, identified by these "
    "decisions, stored. Messages that state no event are found while the log holds them, events for ever.",
    tags=["Live"],
    responses=reading(MessageDetail, examples_trail.DETAIL, ErrorCode.NOT_FOUND, ErrorCode.EVENTS_UNAVAILABLE),
)
async def get_event(access: NamedDependency[Access], event_id: EventId) -> MessageDetail:
    return await access.run(event_with_trail, access, uuid_of(event_id, "event"))


def event_with_trail(access: Access, id_: str) -> MessageDetail:
    """The message with this id. Raises ApiError where there is none."""
    desk, project = access
    visible, applied = desk.visibility.visible_position(), desk.state.position()
    entry = desk.log.find(project, id_)
    stored = None if entry and entry.message.kind != "track" else _stored(access, id_)
    profile, decisions = _decided(access, id_, entry, stored)
    found = detail(id_, Found(entry, stored, profile, decisions, applied, visible))
    if found is None:
        raise not_found("event; a message that states none is known only while the log holds it")
    return found


def _stored(access: Access, id_: str) -> StoredEvent | None:
    try:
        return access.desk.events.event(access.project, id_)
    except (EventStoreBroken, EventStoreFailed):
        raise ApiError(ErrorCode.EVENTS_UNAVAILABLE, "the event store cannot be read now") from None


def _decided(
    access: Access, id_: str, entry: Entry | None, stored: StoredEvent | None
) -> tuple[str | None, list[HistoryEntry]]:
    """Under which profile a message was recorded, or to which it leads now; and the decisions that it caused."""
    if stored:
        return stored.profile_id, access.desk.state.decisions(access.project, id_, [stored.profile_id])
    led = _led_to(access, entry) if entry else None
    if led is None:
        return None, []
    return led, access.desk.state.decisions(access.project, id_, access.desk.state.members(access.project, led))


def _led_to(access: Access, entry: Entry) -> str | None:
    """The profile that the first known identifier of a message leads to."""
    evidence = gather(entry.message.identifiers, access.desk.policy_of(access.project))
    profiles = (access.desk.state.profile_of(access.project, identifier) for identifier in evidence.mentioned)
    return next((profile.id for profile in profiles if profile), None)
