"""Profiles: finding them, and one profile with its timeline, summary and history."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import NamedTuple

from passerby.event_store.protocol import Cursor as EventCursor
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed, Only
from passerby.identity.cleaning import clean_identifier, tidy
from passerby.identity.stage import Stage
from passerby.messages import Identifier, StoredEvent
from passerby.profiles import testing
from passerby.profiles.summary import EARLIEST, NAMES, ORDERS, ProfileSummary, summarise
from passerby.profiles.view import Profile
from passerby.services import cursors
from passerby.services.access import Access, ServerAccess
from passerby.services.answers import EventPage, History, ProfilePage, event_of, explained_decision
from passerby.services.cursors import Page
from passerby.services.errors import EventsUnavailable, not_found
from passerby.services.ids import uuid_of
from passerby.services.use_cases import reading
from passerby.state.views import IdentifierMatch, Match, SearchPage, TermMatch


class Choice(NamedTuple):
    """Which profiles are wanted: the one that an identifier leads to, or those that fit a text and a stage."""

    identifier: Identifier | None
    text: str | None
    stage: Stage | None
    test: bool = False


@reading()
def find_profiles(access: Access, choice: Choice, page: Page) -> Profile | ProfilePage:
    """Return the profile that an identifier leads to (raises NotFound), or a page of those that fit the choice."""
    if choice.identifier is not None:
        return _look_up(access, choice.identifier)
    return page_of_profiles(access, choice, page)


@reading()
def page_of_profiles(access: Access, choice: Choice, page: Page) -> ProfilePage:
    """Return a page of all profiles, or of those that a text finds."""
    return _list(access, choice, page) if choice.text is None else _search(access, choice, page)


@reading()
def get_profile(access: Access, profile_id: str) -> Profile:
    """Return a profile; for the id of a merged profile, the one that it now belongs to. Raises NotFound."""
    return _found(access.context.state.profile(access.project, uuid_of(profile_id, "profile")))


@reading()
def list_events(access: ServerAccess, profile_id: str, page: Page, only: Only) -> EventPage:
    """Return a page of a profile's timeline, newest first. Raises NotFound, EventsUnavailable."""
    place = cursors.decode(page.cursor, cursors.AfterEvent)
    before = None if place is None else EventCursor(place.time, place.id)
    events = _timeline(access, uuid_of(profile_id, "profile"), _Part(page.limit + 1, before, only))
    shown = events[: page.limit]
    more = len(events) > page.limit
    cursor = cursors.encode(cursors.AfterEvent(shown[-1].time, shown[-1].id)) if more else None
    return EventPage(events=[event_of(event) for event in shown], cursor=cursor)


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
    return History(history=list(map(explained_decision, found.entries)), cursor=cursor)


def _found(profile: Profile | None) -> Profile:
    if profile is None:
        raise not_found("profile")
    return profile


def _look_up(access: Access, identifier: Identifier) -> Profile:
    """The profile that an identifier leads to, cleaned as it would be in a message."""
    cleaned = clean_identifier(identifier, access.context.policy_of(access.project))
    if cleaned is None:
        raise not_found("profile")
    return _found(access.context.state.profile_of(access.project, cleaned))


def _list(access: Access, choice: Choice, page: Page) -> ProfilePage:
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
    place = cursors.decode(page.cursor, cursors.AfterIdentifier, cursors.AfterTerm)
    text = tidy(choice.text or "")
    if not text:
        return ProfilePage(profiles=[], cursor=None)
    found: SearchPage = access.context.state.search(
        access.project,
        text,
        limit=page.limit,
        stage=choice.stage,
        after=_match(place),
        phone_country=access.context.policy_of(access.project).phone_country,
        test=choice.test or text.startswith(testing.PREFIX),
    )
    return ProfilePage(profiles=found.profiles, cursor=_search_cursor(found.after))


def _match(place: cursors.Place | None) -> Match | None:
    match place:
        case cursors.AfterIdentifier(spelling, value, namespace, scope):
            return IdentifierMatch(spelling, value, namespace, scope)
        case cursors.AfterTerm(scan, value, id_):
            return TermMatch(scan, value, id_)
    return None


def _search_cursor(after: Match | None) -> str | None:
    match after:
        case IdentifierMatch():
            return cursors.encode(cursors.AfterIdentifier(*after))
        case TermMatch():
            return cursors.encode(cursors.AfterTerm(*after))
    return None


@reading()
def summarise_profile(access: ServerAccess, profile: Profile) -> ProfileSummary:
    """Return the summary of a profile. Raises EventsUnavailable."""
    members, store = [member.id for member in profile.members], access.context.events
    try:
        counts = store.counts(access.project, members, names=NAMES)
        earliest = store.earliest(access.project, members, limit=EARLIEST)
        bought = Only(semantic="purchased")
        purchases = store.timeline(access.project, members, limit=ORDERS + 1, only=bought) if counts.purchases else []
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None
    return summarise(profile, counts.names, counts.sessions, purchases, earliest)


class _Part(NamedTuple):
    """Which part of a timeline is wanted."""

    limit: int
    before: EventCursor | None
    only: Only


def _timeline(access: ServerAccess, profile: str, part: _Part) -> list[StoredEvent]:
    members = access.context.state.members(access.project, profile)
    if not members:
        raise not_found("profile")
    names = access.context.state.aliases(access.project).spellings(part.only.name) if part.only.name else [""]
    wanted = [part._replace(only=part.only._replace(name=name)) for name in names]
    try:
        found = [access.context.events.timeline(access.project, members, **each._asdict()) for each in wanted]
        newest = heapq.merge(*found, key=lambda event: (event.time, event.id), reverse=True)
        return list(islice(newest, part.limit))
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None
