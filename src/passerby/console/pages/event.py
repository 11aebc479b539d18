"""Event page: payload, validation errors and processing trail of one message."""

from __future__ import annotations

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath

from passerby.console.routing import PageContext, page_route
from passerby.profiles.view import Profile
from passerby.services import people
from passerby.services.events import get_event
from passerby.services.trail import MessageDetail


class EventView(msgspec.Struct, kw_only=True):
    """A message, and the profile that it belongs to now (null for none)."""

    message: MessageDetail
    profile: Profile | None


async def load(page: NamedDependency[PageContext], event_id: FromPath[str]) -> EventView:
    message = await page.run(get_event, page.access, event_id)
    owner = message.profile_id
    found = await page.run(people.known_profiles, page.access, [owner] if owner else [])
    return EventView(message=message, profile=found[0] if found else None)


routes = [page_route("/events/{event_id:str}", load, "event.html")]
