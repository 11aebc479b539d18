"""One message: what was sent, the event that it became, and its processing trail."""

from __future__ import annotations

from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.identity.cleaning import collect_evidence
from passerby.log.protocol import Entry
from passerby.services.access import ServerAccess
from passerby.services.errors import EventsUnavailable, not_found
from passerby.services.ids import uuid_of
from passerby.services.trail import Found, MessageDetail, message_detail
from passerby.services.use_cases import reading

MEMBERS = 100
"""Members of a profile among whose events one is looked for, before it is among all."""


@reading()
def get_event(access: ServerAccess, event_id: str) -> MessageDetail:
    """Return a message with its processing trail. Raises NotFound, EventsUnavailable."""
    id_ = uuid_of(event_id, "event")
    context, project = access.context, access.project
    # The positions are read before the stores: a message that is processed meanwhile is shown as waiting, not as lost.
    visible, applied = context.visibility.visible(), context.state.positions()
    entry = context.archive.find(project, id_)
    owner = _owner(access, entry) if entry else None
    members = context.state.members(project, owner) if owner else []
    near, stored = members[:MEMBERS], None
    if entry is None or entry.message.kind == "track":
        try:
            # Events are sorted by profile: among those of some members one is found at once, among all it takes a scan.
            stored = context.events.event(project, id_, near) if near else None
            stored = stored or context.events.event(project, id_)
        except (EventStoreBroken, EventStoreFailed):
            raise EventsUnavailable from None
    if stored is None:
        profile, about = owner, members
    else:
        profile = stored.profile_id
        about = [profile, *(each for each in near if each != profile)]
    decisions = context.state.decisions(project, id_, about)
    types = context.state.attribute_types(project, stored.name) if stored else {}
    found = message_detail(id_, Found(entry, stored, profile, decisions, applied, visible, types))
    if found is None:
        raise not_found("event; a message that states none is known only while the log holds it")
    return found


def _owner(access: ServerAccess, entry: Entry) -> str | None:
    """Return the profile that owns the first known identifier of a message."""
    evidence = collect_evidence(entry.message.identifiers, access.context.policy_of(access.project))
    profiles = (access.context.state.profile_of(access.project, identifier) for identifier in evidence.mentioned)
    return next((profile.id for profile in profiles if profile), None)
