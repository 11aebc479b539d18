"""Profile page: summary, timeline, identifiers and traits."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, tzinfo
from typing import Annotated, Any, NamedTuple, get_args

import msgspec
from litestar.di import NamedDependency
from litestar.params import FromPath, QueryParameter

from passerby.console.pages import pins
from passerby.console.presenters.identifiers import GIVING
from passerby.console.routing import PageContext, page_route
from passerby.event_store.protocol import LEAST_TIME, MOST_TIME, EventFilter
from passerby.messages import Identifier, StandardEvent
from passerby.profiles.summary import ProfileSummary, summarise
from passerby.profiles.view import Profile
from passerby.services import people, profiles
from passerby.services.cursors import Page
from passerby.services.profiles import EventPage
from passerby.services.times import moment_of
from passerby.state.views import HistoryEntry
from passerby.web.parameters import Cursor

SHOWN = 50
DECISIONS = 200
"""Decisions that are searched for the events that added identifiers."""
DEVICES = 10
"""Identifiers whose device context is looked up, the ones seen last."""

DAY_MS = 86_400_000
STANDARD = "standard:"
"""Prefix of `name` for a standard event, as in `standard:purchased`."""
STANDARDS = frozenset(get_args(StandardEvent))

Name = Annotated[str, QueryParameter(name="name", max_length=1_000)]
Day = Annotated[str, QueryParameter(max_length=10)]
"""A day in the time zone of the project, as date fields send it, such as 2026-11-20; may be empty."""


class Device(msgspec.Struct, kw_only=True):
    """The context that a device sent."""

    identifier: str
    about: dict[str, Any]


class ProfileView(msgspec.Struct, kw_only=True):
    """A profile and a page of its timeline, null where the event store is unavailable.

    `summary` then has only what is stored with the profile. The timeline has events of this `name` ("" for any) from
    the day `since` to the day `until`, both inclusive.

    `asked` is the ID in the URL, which may be that of a profile that was merged into this one. `pins` are the traits
    that this browser shows first. `moved` are reassignments of identifiers, `brought` the decisions that gave the
    profile its identifiers, the newest of each, both among the first DECISIONS of its history.
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


class TimelineFilter(NamedTuple):
    """The filter of the timeline: as the form has it, and as the event store takes it."""

    name: str
    since: str
    until: str
    only: EventFilter


def timeline_filter(
    page: NamedDependency[PageContext], name: Name = "", since: Day = "", until: Day = ""
) -> TimelineFilter:
    """Return the filter of the timeline. Raises ServiceError for an invalid day."""
    begin = midnight(moment_of("since", since, LEAST_TIME), page.zone) if since else LEAST_TIME
    end = midnight(moment_of("until", until, MOST_TIME) + DAY_MS, page.zone) if until else MOST_TIME
    standard = name.removeprefix(STANDARD)
    if name.startswith(STANDARD) and standard in STANDARDS:
        return TimelineFilter(name, since, until, EventFilter(semantic=standard, since=begin, until=end))
    return TimelineFilter(name, since, until, EventFilter(name=name, since=begin, until=end))


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
    timeline_filter: NamedDependency[TimelineFilter],
    cursor: Cursor = None,
    pinned: pins.Pinned = "",
) -> ProfileView:
    profile = await page.run(profiles.get_profile, page.access, profile_id)
    # Not all: each is a read of its own, and a shared device may have been seen with hundreds of identifiers.
    newest = [Identifier(each.namespace, each.value, each.scope) for each in profile.identifiers[-DEVICES:]]
    # At the same time, as each waits for a disk of its own: the event store's, the state's, the audit log's.
    timeline, summary, decisions, devices, _ = await asyncio.gather(
        page.run_events(profiles.list_events, page.access, profile.id, Page(SHOWN, cursor), timeline_filter.only),
        page.run_events(profiles.summarise_profile, page.access, profile),
        page.run(people.first_decisions, page.access, profile.id, DECISIONS),
        page.run(people.devices_of, page.access, newest),
        page.record("profile.viewed", profile.id),
    )
    return ProfileView(
        profile=profile,
        asked=profile_id,
        summary=summarise(profile, {}, 0, [], []) if summary is None else summary,
        timeline=timeline,
        name=timeline_filter.name,
        since=timeline_filter.since,
        until=timeline_filter.until,
        cursor=cursor,
        moved=[entry for entry in decisions if entry.kind == "reassigned"],
        brought=_brought(decisions, profile),
        devices=[Device(identifier=value, about=about) for value, about in devices],
        pins=[pin for pin in pins.read(pinned) if pin in profile.traits],
    )


def _brought(decisions: list[HistoryEntry], profile: Profile) -> list[HistoryEntry]:
    """Return the newest decision that gave the profile each of its identifiers."""
    held = {Identifier(each.namespace, each.value, each.scope) for each in profile.identifiers}
    found: dict[Identifier, HistoryEntry] = {}
    for entry in decisions:
        if entry.identifier in held and entry.kind in GIVING:
            found[entry.identifier] = entry
    return list(found.values())


routes = [
    page_route("/profiles/{profile_id:str}", load, "profile.html", timeline_filter=timeline_filter),
    *pins.routes,
]
