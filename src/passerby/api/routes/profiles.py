"""Profiles: one by its id or by an identifier, all of them, and what is known of one."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency, Provide

from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import reading
from passerby.event_store.protocol import Only
from passerby.profiles.summary import ProfileSummary
from passerby.profiles.view import Profile
from passerby.services import profiles
from passerby.services.access import ServerAccess
from passerby.services.answers import EventPage, History, ProfilePage
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.services.profiles import Choice
from passerby.web.parameters import ProfileId, choice, long_page, only_events, page

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
    access: NamedDependency[ServerAccess], choice: NamedDependency[Choice], page: NamedDependency[Page]
) -> Profile | ProfilePage:
    return await access.run(profiles.find_profiles, access, choice, page)


@get(
    "/profiles/{profile_id:str}",
    operation_id="getProfile",
    summary="One profile",
    description="The id of a profile that was merged answers with the profile it now belongs to.",
    tags=_TAGS,
    responses=reading(Profile, examples.PROFILE, ErrorCode.NOT_FOUND),
)
async def get_profile(access: NamedDependency[ServerAccess], profile_id: ProfileId) -> Profile:
    return await access.run(profiles.get_profile, access, profile_id)


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
    access: NamedDependency[ServerAccess],
    profile_id: ProfileId,
    page: NamedDependency[Page],
    only: NamedDependency[Only],
) -> EventPage:
    return await access.run(profiles.list_events, access, profile_id, page, only)


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
async def get_summary(access: NamedDependency[ServerAccess], profile_id: ProfileId) -> ProfileSummary:
    profile = await access.run(profiles.get_profile, access, profile_id)
    return await access.run(profiles.summarise_profile, access, profile)


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
async def list_history(
    access: NamedDependency[ServerAccess], profile_id: ProfileId, page: NamedDependency[Page]
) -> History:
    return await access.run(profiles.list_history, access, profile_id, page)
