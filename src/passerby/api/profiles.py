"""Profiles: one by its id or by an identifier, all of them, and what is known of one."""

from __future__ import annotations

import heapq
from itertools import islice
from typing import NamedTuple

from litestar import get
from litestar.di import NamedDependency, Provide

from passerby.api import examples
from passerby.api.describe import reading
from passerby.event_store.protocol import Cursor as EventCursor
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed, Only
from passerby.identity.cleaning import clean_identifier, tidy
from passerby.messages import Identifier, StoredEvent
from passerby.profiles import testing
from passerby.profiles.summary import EARLIEST, NAMES, ORDERS, ProfileSummary, summarise
from passerby.profiles.view import Profile
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.answers import EventPage, History, ProfilePage, event_of, explained_decision
from passerby.services.errors import ApiError, ErrorCode, not_found
from passerby.state.views import IdentifierMatch, Match, SearchPage, TermMatch
from passerby.web.parameters import Choice, Page, ProfileId, choice, long_page, only_events, page, uuid_of

_TAGS = ["Profiles"]
_PAGE = {"page": Provide(page, sync_to_thread=False)}
_LONG_PAGE = {"page": Provide(long_page, sync_to_thread=False)}


@get(
    "/profiles",
    operation_id="findProfiles",
    summary="Find profiles",
    description="With `namespace` and `value`: the profile that this identifier belongs to, or 404. Otherwise a page "
    "of profiles: all of them, the newest first, or those that `q` finds, in the order of what matched. "
    "Test profiles are left out unless `test` is true.",
    tags=_TAGS,
    dependencies={"choice": Provide(choice, sync_to_thread=False), **_PAGE},
    responses=reading(Profile | ProfilePage, examples.FOUND_PROFILES, ErrorCode.NOT_FOUND),
)
async def find_profiles(
    access: NamedDependency[Access], choice: NamedDependency[Choice], page: NamedDependency[Page]
) -> Profile | ProfilePage:
    if choice.identifier is not None:
        return await access.run(_look_up, access, choice.identifier)
    if choice.text is not None:
        return await access.run(_search, access, choice, page)
    return await access.run(_list, access, choice, page)


@get(
    "/profiles/{profile_id:str}",
    operation_id="getProfile",
    summary="One profile",
    description="The id of a profile that was merged answers with the profile it now belongs to.",
    tags=_TAGS,
    responses=reading(Profile, examples.PROFILE, ErrorCode.NOT_FOUND),
)
async def get_profile(access: NamedDependency[Access], profile_id: ProfileId) -> Profile:
    profile = await access.run(access.desk.state.profile, access.project, uuid_of(profile_id, "profile"))
    return _found(profile)


@get(
    "/profiles/{profile_id:str}/events",
    operation_id="listEvents",
    summary="The timeline of a profile",
    description="The events of the profile and of everything that was merged into it, newest first.",
    tags=_TAGS,
    dependencies={"only": Provide(only_events, sync_to_thread=False), **_PAGE},
    responses=reading(
        EventPage,
        examples.EVENTS,
        ErrorCode.NOT_FOUND,
        ErrorCode.EVENTS_UNAVAILABLE,
    ),
)
async def list_events(
    access: NamedDependency[Access],
    profile_id: ProfileId,
    page: NamedDependency[Page],
    only: NamedDependency[Only],
) -> EventPage:
    place = cursors.decode(page.cursor, cursors.AfterEvent)
    before = None if place is None else EventCursor(place.time, place.id)
    events = await access.run(_timeline, access, uuid_of(profile_id, "profile"), _Part(page.limit + 1, before, only))
    shown = events[: page.limit]
    more = len(events) > page.limit
    cursor = cursors.encode(cursors.AfterEvent(shown[-1].time, shown[-1].id)) if more else None
    return EventPage(events=[event_of(event) for event in shown], cursor=cursor)


@get(
    "/profiles/{profile_id:str}/summary",
    operation_id="getProfileSummary",
    summary="A profile at a glance",
    description="Name, contacts, orders, revenue for each currency, last purchase, sessions, device, place of first "
    "touch and event names with counts, of the profile and everything that was merged into it. Purchase events with "
    "one order id are one order.",
    tags=_TAGS,
    responses=reading(ProfileSummary, examples.SUMMARY, ErrorCode.NOT_FOUND, ErrorCode.EVENTS_UNAVAILABLE),
)
async def get_summary(access: NamedDependency[Access], profile_id: ProfileId) -> ProfileSummary:
    profile = await get_profile.fn(access, profile_id)
    return await access.run(summary_of, access, profile)


@get(
    "/profiles/{profile_id:str}/history",
    operation_id="listHistory",
    summary="The history of a profile",
    description="Every decision about who this is, with the message that caused it and the rule, oldest first; those "
    "about profiles that were merged into it included.",
    tags=_TAGS,
    dependencies=_LONG_PAGE,
    responses=reading(History, examples.HISTORY, ErrorCode.NOT_FOUND),
)
async def list_history(access: NamedDependency[Access], profile_id: ProfileId, page: NamedDependency[Page]) -> History:
    place = cursors.decode(page.cursor, cursors.AfterDecision)
    found = await access.run(
        access.desk.state.history,
        access.project,
        uuid_of(profile_id, "profile"),
        limit=page.limit,
        after=place.number if place else 0,
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
    cleaned = clean_identifier(identifier, access.desk.policy_of(access.project))
    if cleaned is None:
        raise not_found("profile")
    return _found(access.desk.state.profile_of(access.project, cleaned))


def _list(access: Access, choice: Choice, page: Page) -> ProfilePage:
    place = cursors.decode(page.cursor, cursors.AfterProfile)
    profiles = access.desk.state.profiles(
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
    found: SearchPage = access.desk.state.search(
        access.project,
        text,
        limit=page.limit,
        stage=choice.stage,
        after=_match(place),
        phone_country=access.desk.policy_of(access.project).phone_country,
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


def summary_of(access: Access, profile: Profile) -> ProfileSummary:
    """The summary of a profile. Raises ApiError where its events cannot be read now."""
    members, store = [member.id for member in profile.members], access.desk.events
    try:
        counts = store.counts(access.project, members, names=NAMES)
        earliest = store.earliest(access.project, members, limit=EARLIEST)
        bought = Only(semantic="purchased")
        purchases = store.timeline(access.project, members, limit=ORDERS + 1, only=bought) if counts.purchases else []
    except (EventStoreBroken, EventStoreFailed):
        raise ApiError(ErrorCode.EVENTS_UNAVAILABLE, "the event store cannot be read now") from None
    return summarise(profile, counts.names, counts.sessions, purchases, earliest)


class _Part(NamedTuple):
    """Which part of a timeline is wanted."""

    limit: int
    before: EventCursor | None
    only: Only


def _timeline(access: Access, profile: str, part: _Part) -> list[StoredEvent]:
    members = access.desk.state.members(access.project, profile)
    if not members:
        raise not_found("profile")
    names = access.desk.state.aliases(access.project).spellings(part.only.name) if part.only.name else [""]
    wanted = [part._replace(only=part.only._replace(name=name)) for name in names]
    try:
        found = [access.desk.events.timeline(access.project, members, **each._asdict()) for each in wanted]
        newest = heapq.merge(*found, key=lambda event: (event.time, event.id), reverse=True)
        return list(islice(newest, part.limit))
    except (EventStoreBroken, EventStoreFailed):
        raise ApiError(ErrorCode.EVENTS_UNAVAILABLE, "the event store cannot be read now") from None
