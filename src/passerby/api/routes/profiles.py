"""Profiles: one by its id or by an identifier, all of them, and what is known of one."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency, Provide

from passerby.api.conversion import converting
from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import reading
from passerby.event_store.protocol import EventFilter
from passerby.schemas.decisions import HistoryJson, history_json
from passerby.schemas.events import EventPageJson, event_page_json
from passerby.schemas.profiles import (
    ProfileJson,
    ProfilePageJson,
    ProfileSummaryJson,
    found_profiles,
    profile_json,
    profile_summary_json,
)
from passerby.services import profiles
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.services.profiles import Choice
from passerby.web.parameters import LONG_PAGED, PAGED, ProfileId, choice, only_events

_TAGS = ["Profiles"]


@get(
    "/profiles",
    operation_id="findProfiles",
    summary="Find profiles",
    description="With `namespace` and `value`: the profile that this identifier belongs to, or 404. Otherwise a page "
    "of profiles: all of them, the newest first, or those that `q` finds, in the order of what matched. "
    "Test profiles are left out unless `test` is true.",
    tags=_TAGS,
    dependencies={"choice": Provide(choice, sync_to_thread=False), **PAGED},
    responses=reading(ProfileJson | ProfilePageJson, examples.FOUND_PROFILES, ErrorCode.NOT_FOUND),
)
async def find_profiles(
    access: NamedDependency[ServerAccess], choice: NamedDependency[Choice], page: NamedDependency[Page]
) -> ProfileJson | ProfilePageJson:
    return await access.run(converting(profiles.find_profiles, found_profiles), access, choice, page)


@get(
    "/profiles/{profile_id:str}",
    operation_id="getProfile",
    summary="One profile",
    description="The id of a profile that was merged answers with the profile it now belongs to.",
    tags=_TAGS,
    responses=reading(ProfileJson, examples.PROFILE, ErrorCode.NOT_FOUND),
)
async def get_profile(access: NamedDependency[ServerAccess], profile_id: ProfileId) -> ProfileJson:
    return await access.run(converting(profiles.get_profile, profile_json), access, profile_id)


@get(
    "/profiles/{profile_id:str}/events",
    operation_id="listEvents",
    summary="The timeline of a profile",
    description="The events of the profile and of everything that was merged into it, newest first.",
    tags=_TAGS,
    dependencies={"only": Provide(only_events, sync_to_thread=False), **PAGED},
    responses=reading(
        EventPageJson,
        examples.EVENTS,
        ErrorCode.NOT_FOUND,
        ErrorCode.EVENTS_UNAVAILABLE,
    ),
)
async def list_events(
    access: NamedDependency[ServerAccess],
    profile_id: ProfileId,
    page: NamedDependency[Page],
    only: NamedDependency[EventFilter],
) -> EventPageJson:
    return await access.run(converting(profiles.list_events, event_page_json), access, profile_id, page, only)


@get(
    "/profiles/{profile_id:str}/summary",
    operation_id="getProfileSummary",
    summary="A profile at a glance",
    description="Name, contacts, orders, revenue for each currency, last purchase, sessions, device, place of first "
    "touch and event names with counts, of the profile and everything that was merged into it. Purchase events with "
    "one order id are one order.",
    tags=_TAGS,
    responses=reading(ProfileSummaryJson, examples.SUMMARY, ErrorCode.NOT_FOUND, ErrorCode.EVENTS_UNAVAILABLE),
)
async def get_summary(access: NamedDependency[ServerAccess], profile_id: ProfileId) -> ProfileSummaryJson:
    # Two runs: the first one answers 404 without a query of the event store.
    profile = await access.run(profiles.get_profile, access, profile_id)
    return profile_summary_json(await access.run(profiles.summarise_profile, access, profile))


@get(
    "/profiles/{profile_id:str}/history",
    operation_id="listHistory",
    summary="The history of a profile",
    description="Every decision about who this is, with the message that caused it and the rule, oldest first; those "
    "about profiles that were merged into it included.",
    tags=_TAGS,
    dependencies=LONG_PAGED,
    responses=reading(HistoryJson, examples.HISTORY, ErrorCode.NOT_FOUND),
)
async def list_history(
    access: NamedDependency[ServerAccess], profile_id: ProfileId, page: NamedDependency[Page]
) -> HistoryJson:
    return await access.run(converting(profiles.list_history, history_json), access, profile_id, page)
