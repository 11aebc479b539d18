"""Profile page: summary, timeline, identifiers and traits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, NamedTuple, get_args

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from passerby.console.pages import pins
from passerby.console.routing import PageContext, page_route
from passerby.event_store.protocol import LEAST_TIME, MOST_TIME, Only
from passerby.messages import Identifier, StandardEvent
from passerby.profiles.summary import ProfileSummary, summarise
from passerby.profiles.view import Profile
from passerby.services import people, profiles
from passerby.services.answers import EventPage
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode, ServiceError
from passerby.services.times import moment_of
from passerby.state.views import HistoryEntry
from passerby.web.parameters import Cursor

SHOWN = 50
DECISIONS = 200
"""How many decisions are looked through for where identifiers came from."""
DEVICES = 10
"""How many identifiers are looked up for what a device said of itself, those that were seen first last."""

DAY_MS = 86_400_000
STANDARD = "standard:"
"""What `name` begins with where a standard event is meant, as in `standard:purchased`."""
STANDARDS = frozenset(get_args(StandardEvent))

Name = Annotated[str, QueryParameter(name="name", max_length=1_000)]
Day = Annotated[str, QueryParameter(max_length=10)]
"""A day as date fields send it, such as 2026-11-20, or nothing; in the time zone of the project."""


class Device(msgspec.Struct, kw_only=True):
    """What a device has said of itself."""

    identifier: str
    about: dict[str, Any]


class ProfileView(msgspec.Struct, kw_only=True):
    """A profile, a page of its timeline (null where events cannot be read now), and which identifiers have moved.

    Without readable events, `summary` has only what the profile itself states. The timeline is of events of this `name`
    ("" for any) from the day `since` to the day `until`, both included.

    `asked` is the id in the address, which may be that of a profile that was merged into this one. `pins` are the
    traits that this visitor wants to see first. `brought` are the decisions that gave the profile its identifiers, the
    newest of each, among the first DECISIONS of its history.
    """

    profile: Profile
    asked: str
    summary: ProfileSummary
    timeline: EventPage | None
    name: str
    since: str
    until: str
    cursor: str | None
    moved: list[HistoryEntry]
    brought: list[HistoryEntry]
    devices: list[Device]
    pins: list[str]


class Wanted(NamedTuple):
    """Which events are shown: as the form says it, and as the API takes it."""

    name: str
    since: str
    until: str
    only: Only


def wanted(page: NamedDependency[PageContext], name: Name = "", since: Day = "", until: Day = "") -> Wanted:
    """Return the filter of the timeline. Raises ServiceError for an invalid day."""
    begin = midnight(moment_of("since", since, LEAST_TIME), page.zone) if since else LEAST_TIME
    end = midnight(moment_of("until", until, MOST_TIME) + DAY_MS, page.zone) if until else MOST_TIME
    standard = name.removeprefix(STANDARD)
    if name.startswith(STANDARD) and standard in STANDARDS:
        return Wanted(name, since, until, Only(semantic=standard, since=begin, until=end))
    return Wanted(name, since, until, Only(name=name, since=begin, until=end))


def midnight(day: int, zone: tzinfo) -> int:
    """Return the start of a day in a time zone; `day` is its start in UTC. Both in milliseconds since 1970.

    Days have 23 to 25 hours where daylight saving time begins or ends, so an offset cannot be added to `day`.
    """
    try:
        moment = datetime.fromtimestamp(day / 1000, UTC).replace(tzinfo=zone)
    except (ValueError, OverflowError):
        return day  # beyond the years of datetime, where no event is
    return int(moment.timestamp() * 1000)


async def load(
    page: NamedDependency[PageContext],
    profile_id: FromPath[str],
    wanted: NamedDependency[Wanted],
    cursor: Cursor = None,
    pinned: pins.Pinned = "",
) -> ProfileView:
    profile = await page.run(profiles.get_profile, page.access, profile_id)
    # All at once, as each waits for a disk of its own: the event store's, the state's, the audit log's.
    timeline, summary, decisions, devices, _ = await asyncio.gather(
        _timeline(page, profile.id, wanted.only, cursor),
        _summary(page, profile),
        page.run(people.first_decisions, page.access, profile.id, DECISIONS),
        page.run(_devices, page, profile),
        page.record("profile.viewed", profile.id),
    )
    return ProfileView(
        profile=profile,
        asked=profile_id,
        summary=summary,
        timeline=timeline,
        name=wanted.name,
        since=wanted.since,
        until=wanted.until,
        cursor=cursor,
        moved=[entry for entry in decisions if entry.kind == "reassigned"],
        brought=_brought(decisions, profile),
        devices=devices,
        pins=[pin for pin in pins.read(pinned) if pin in profile.traits],
    )


async def _summary(page: PageContext, profile: Profile) -> ProfileSummary:
    try:
        return await page.run(profiles.summarise_profile, page.access, profile)
    except ServiceError as error:
        if error.code is not ErrorCode.EVENTS_UNAVAILABLE:
            raise
        return summarise(profile, {}, 0, [], [])


async def _timeline(page: PageContext, profile: str, only: Only, cursor: str | None) -> EventPage | None:
    """A page of the timeline; None where the event store cannot be read now, which is no reason to show nothing."""
    try:
        return await page.run(profiles.list_events, page.access, profile, Page(SHOWN, cursor), only)
    except ServiceError as error:
        if error.code is not ErrorCode.EVENTS_UNAVAILABLE:
            raise
        return None


def _brought(decisions: list[HistoryEntry], profile: Profile) -> list[HistoryEntry]:
    held = {(each.namespace, each.value, each.scope) for each in profile.identifiers}
    found: dict[tuple[str, str, str], HistoryEntry] = {}
    for entry in decisions:
        named = entry.identifier
        if named and entry.kind in _GIVES and (key := (named.namespace, named.value, named.scope)) in held:
            found[key] = entry
    return list(found.values())


_GIVES = frozenset({"attached", "reassigned"})


def _devices(page: PageContext, profile: Profile) -> list[Device]:
    named = [Identifier(each.namespace, each.value, each.scope) for each in profile.identifiers[-DEVICES:]]
    return [Device(identifier=value, about=about) for value, about in people.devices_of(page.access, named)]


routes = [page_route("/profiles/{profile_id:str}", load, "profile.html", wanted=wanted), *pins.routes]
