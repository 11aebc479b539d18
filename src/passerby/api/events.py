"""One message: what was sent, what was made of it, and how."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import PathParameter

from passerby.api import examples_trail
from passerby.api.describe import reading
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.identity.cleaning import gather
from passerby.log.protocol import Entry
from passerby.messages import StoredEvent
from passerby.services.access import Access
from passerby.services.errors import ApiError, ErrorCode, not_found
from passerby.services.trail import Found, MessageDetail, detail
from passerby.web.parameters import uuid_of

MEMBERS = 100
"""Members of a profile among whose events one is looked for, before it is among all."""

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
    visible, applied = desk.visibility.visible(), desk.state.positions()
    entry = desk.archive.find(project, id_)
    led = _led_to(access, entry) if entry else None
    members = desk.state.members(project, led) if led else []
    stored = None if entry and entry.message.kind != "track" else _stored(access, id_, members)
    profile = stored.profile_id if stored else led
    decisions = desk.state.decisions(project, id_, [stored.profile_id] if stored else members)
    types = desk.state.attribute_types(project, stored.name) if stored else {}
    found = detail(id_, Found(entry, stored, profile, decisions, applied, visible, types))
    if found is None:
        raise not_found("event; a message that states none is known only while the log holds it")
    return found


def _stored(access: Access, id_: str, members: Sequence[str]) -> StoredEvent | None:
    """The event with this id, looked for first where the message's identifiers lead to: that is quickly done."""
    desk, project = access
    near = members[:MEMBERS]
    try:
        return (desk.events.event(project, id_, near) if near else None) or desk.events.event(project, id_)
    except (EventStoreBroken, EventStoreFailed):
        raise ApiError(ErrorCode.EVENTS_UNAVAILABLE, "the event store cannot be read now") from None


def _led_to(access: Access, entry: Entry) -> str | None:
    """The profile that the first known identifier of a message leads to."""
    evidence = gather(entry.message.identifiers, access.desk.policy_of(access.project))
    profiles = (access.desk.state.profile_of(access.project, identifier) for identifier in evidence.mentioned)
    return next((profile.id for profile in profiles if profile), None)
