"""One message: what was sent, the event that it became, and its processing trail."""

from __future__ import annotations

from collections.abc import Sequence

from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.identity.cleaning import collect_evidence
from passerby.log.protocol import Entry
from passerby.messages import StoredEvent
from passerby.services.access import ServerAccess
from passerby.services.errors import EventsUnavailable, not_found
from passerby.services.ids import uuid_of
from passerby.services.trail import Found, MessageDetail, detail
from passerby.services.use_cases import reading

MEMBERS = 100
"""Members of a profile among whose events one is looked for, before it is among all."""


@reading()
def get_event(access: ServerAccess, event_id: str) -> MessageDetail:
    """Return a message with its processing trail. Raises NotFound, EventsUnavailable."""
    id_ = uuid_of(event_id, "event")
    context, project = access.context, access.project
    visible, applied = context.visibility.visible(), context.state.positions()
    entry = context.archive.find(project, id_)
    led = _led_to(access, entry) if entry else None
    members = context.state.members(project, led) if led else []
    stored = None if entry and entry.message.kind != "track" else _stored(access, id_, members)
    profile = stored.profile_id if stored else led
    about = (
        [stored.profile_id, *(each for each in members[:MEMBERS] if each != stored.profile_id)] if stored else members
    )
    decisions = context.state.decisions(project, id_, about)
    types = context.state.attribute_types(project, stored.name) if stored else {}
    found = detail(id_, Found(entry, stored, profile, decisions, applied, visible, types))
    if found is None:
        raise not_found("event; a message that states none is known only while the log holds it")
    return found


def _stored(access: ServerAccess, id_: str, members: Sequence[str]) -> StoredEvent | None:
    """The event with this id, looked for first where the message's identifiers lead to: that is quickly done."""
    context, project = access.context, access.project
    near = members[:MEMBERS]
    try:
        return (context.events.event(project, id_, near) if near else None) or context.events.event(project, id_)
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None


def _led_to(access: ServerAccess, entry: Entry) -> str | None:
    """The profile that the first known identifier of a message leads to."""
    evidence = collect_evidence(entry.message.identifiers, access.context.policy_of(access.project))
    profiles = (access.context.state.profile_of(access.project, identifier) for identifier in evidence.mentioned)
    return next((profile.id for profile in profiles if profile), None)
