"""Profiles: finding them, and one profile with its timeline, summary and history."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import NamedTuple

import msgspec

from passerby.event_store.protocol import Cursor as EventCursor
from passerby.event_store.protocol import EventFilter, EventStoreBroken, EventStoreFailed
from passerby.identity.cleaning import clean_identifier, tidy
from passerby.identity.stage import Stage
from passerby.messages import Identifier, StoredEvent
from passerby.profiles import testing
from passerby.profiles.summary import EARLIEST, NAMES, ORDERS, ProfileSummary, summarise
from passerby.profiles.view import Profile
from passerby.services import cursors
from passerby.services.access import Access, ServerAccess
from passerby.services.cursors import Page
from passerby.services.errors import EventsUnavailable, not_found
from passerby.services.ids import uuid_of
from passerby.services.use_cases import reading
from passerby.state.views import HistoryEntry, IdentifierMatch, Match, TermMatch


class Choice(NamedTuple):
    """Which profiles are wanted: the one that an identifier belongs to, or those that match a text and a stage."""

    identifier: Identifier | None
    text: str | None
    stage: Stage | None
    test: bool = False


class ProfilePage(msgspec.Struct, kw_only=True, frozen=True):
    """Some profiles, and the cursor of the next page. A page of a search may be short and still have a cursor."""

    profiles: list[Profile]
    cursor: str | None


class EventPage(msgspec.Struct, kw_only=True, frozen=True):
    """A part of a timeline, newest first, and the cursor of the next one."""

    events: list[StoredEvent]
    cursor: str | None


class History(msgspec.Struct, kw_only=True, frozen=True):
    """Decisions about the identity of a profile, oldest first, and the cursor of the next ones."""

    history: list[HistoryEntry]
    cursor: str | None


@reading()
def find_profiles(access: Access, choice: Choice, page: Page) -> Profile | ProfilePage:
    """Return the profile that an identifier belongs to (raises NotFound), or a page of those that match."""
    if choice.identifier is None:
        return page_of_profiles(access, choice, page)
    # Cleaned as in a message: the same text finds the profile that a message with it would be recorded under.
    cleaned = clean_identifier(choice.identifier, access.context.policy_of(access.project))
    return _found(None if cleaned is None else access.context.state.profile_of(access.project, cleaned))


@reading()
def page_of_profiles(access: Access, choice: Choice, page: Page) -> ProfilePage:
    """Return a page of all profiles, newest first, or of those that a text finds, in the order of what matched."""
    if choice.text is not None:
        return _search(access, choice, page)
    place = cursors.decode(page.cursor, cursors.AfterProfile)
    profiles = access.context.state.profiles(
        access.project,
        limit=page.limit + 1,
        stage=choice.stage,
        before=place.id if place else None,
        test=choice.test,
    )
    shown, more = profiles[: page.limit], len(profiles) > page.limit
    return ProfilePage(profiles=shown, cursor=cursors.encode(cursors.AfterProfile(shown[-1].id)) if more else None)


def _search(access: Access, choice: Choice, page: Page) -> ProfilePage:
    after: Match | None = None
    match cursors.decode(page.cursor, cursors.AfterIdentifier, cursors.AfterTerm):
        case cursors.AfterIdentifier(spelling, value, namespace, scope):
            after = IdentifierMatch(spelling, value, namespace, scope)
        case cursors.AfterTerm(scan, value, id_):
            after = TermMatch(scan, value, id_)
    text = tidy(choice.text or "")
    if not text:
        return ProfilePage(profiles=[], cursor=None)
    found = access.context.state.search(
        access.project,
        text,
        limit=page.limit,
        stage=choice.stage,
        after=after,
        phone_country=access.context.policy_of(access.project).phone_country,
        # A search for a test identifier is for test profiles: without them it would find nothing.
        test=choice.test or text.startswith(testing.PREFIX),
    )
    cursor: str | None = None
    match found.after:
        case IdentifierMatch():
            cursor = cursors.encode(cursors.AfterIdentifier(*found.after))
        case TermMatch():
            cursor = cursors.encode(cursors.AfterTerm(*found.after))
    return ProfilePage(profiles=found.profiles, cursor=cursor)


@reading()
def get_profile(access: Access, profile_id: str) -> Profile:
    """Return a profile; for the id of a merged profile, the one that it now belongs to. Raises NotFound."""
    return _found(access.context.state.profile(access.project, uuid_of(profile_id, "profile")))


def _found(profile: Profile | None) -> Profile:
    if profile is None:
        raise not_found("profile")
    return profile


@reading()
def list_events(access: ServerAccess, profile_id: str, page: Page, only: EventFilter) -> EventPage:
    """Return a page of a profile's timeline, newest first. Raises NotFound, EventsUnavailable."""
    place = cursors.decode(page.cursor, cursors.AfterEvent)
    before = None if place is None else EventCursor(place.time, place.id)
    state, project = access.context.state, access.project
    members = state.members(project, uuid_of(profile_id, "profile"))
    if not members:
        raise not_found("profile")
    # Events recorded before a spelling was merged keep their name, so each spelling has a timeline of its own.
    names = state.aliases(project).spellings(only.name) if only.name else [""]
    try:
        timelines = [
            access.context.events.timeline(
                project, members, limit=page.limit + 1, before=before, only=only._replace(name=name)
            )
            for name in names
        ]
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None
    newest = heapq.merge(*timelines, key=lambda event: (event.time, event.id), reverse=True)
    events = list(islice(newest, page.limit + 1))
    shown, more = events[: page.limit], len(events) > page.limit
    cursor = cursors.encode(cursors.AfterEvent(shown[-1].time, shown[-1].id)) if more else None
    return EventPage(events=shown, cursor=cursor)


@reading()
def list_history(access: Access, profile_id: str, page: Page) -> History:
    """Return a page of the decisions about a profile's identity, oldest first. Raises NotFound."""
    place = cursors.decode(page.cursor, cursors.AfterDecision)
    found = access.context.state.history(
        access.project, uuid_of(profile_id, "profile"), limit=page.limit, after=place.number if place else 0
    )
    if found is None:
        raise not_found("profile")
    cursor = None if found.after is None else cursors.encode(cursors.AfterDecision(found.after))
    return History(history=found.entries, cursor=cursor)


@reading()
def summarise_profile(access: ServerAccess, profile: Profile) -> ProfileSummary:
    """Return the summary of a profile. Raises EventsUnavailable."""
    members, store = [member.id for member in profile.members], access.context.events
    try:
        counts = store.counts(access.project, members, names=NAMES)
        earliest = store.earliest(access.project, members, limit=EARLIEST)
        bought = EventFilter(semantic="purchased")
        # One more than is summed up: that there are more is stated as `orders_complete`.
        purchases = store.timeline(access.project, members, limit=ORDERS + 1, only=bought) if counts.purchases else []
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None
    return summarise(profile, counts.names, counts.sessions, purchases, earliest)
