"""Counts over time, by dialect; and which events came on which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Annotated, Literal, NamedTuple

import msgspec
from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from passerby.api import examples_series
from passerby.api.describe import reading
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed, Volume
from passerby.positions import to_json
from passerby.refused.record import NO_PROJECT
from passerby.services.access import Access
from passerby.services.errors import ApiError, ErrorCode, invalid
from passerby.services.series_answers import EventVolume, InvalidMessage, Line, Series, Violations, Volumes
from passerby.services.volumes import DAY_MS
from passerby.state.views import SeriesPoint
from passerby.times import iso
from passerby.web.parameters import Limit, moment_of

Metric = Literal["accepted", "duplicates", "violations", "refused"]
Step = Literal["minute", "hour", "day"]

STEPS: dict[Step, int] = {"minute": 60, "hour": 3_600, "day": 86_400}
"""Seconds."""
STEPS_SHOWN: dict[Step, int] = {"minute": 60, "hour": 48, "day": 30}
"""How many steps are shown when nobody says from when."""
MOST_STEPS = 3_000
TOP = 100

_TAGS = ["Project"]

WantedMetric = Annotated[Metric, QueryParameter(name="metric", description="What is counted.")]
WantedStep = Annotated[Step, QueryParameter(name="step", description="By how much time.")]
From = Annotated[
    str | None,
    QueryParameter(name="from", max_length=40, description="ISO 8601; the step that it lies in is the first."),
]
To = Annotated[
    str | None, QueryParameter(name="to", max_length=40, description="ISO 8601; the step that it lies in is the last.")
]
Days = Annotated[int, QueryParameter(name="days", ge=1, le=366, description="So many days, today the last of them.")]


class Range(NamedTuple):
    """Steps of so many ms, of which the first begins at `begin` and the last ends at `end` (ms)."""

    begin: int
    end: int
    step: int

    def times(self) -> range:
        """Start of each step, in ms since 1970."""
        return range(self.begin, self.end, self.step)


@get(
    "/series",
    operation_id="getSeries",
    summary="Counts over time",
    description="How many messages were accepted, or were repeats; how many rules were broken; or how many requests "
    "were refused: by dialect and step, without gaps. Minutes are kept for two days and hours for 90 days; before that "
    "only longer steps have counts. Messages count when they are applied, in the step in which they were received. "
    "What was refused in a flood counts for no project. Without `from` it is the last 60 minutes, 48 hours or 30 days.",
    tags=_TAGS,
    responses=reading(Series, examples_series.SERIES),
)
async def get_series(
    access: NamedDependency[Access],
    metric: WantedMetric = "accepted",
    step: WantedStep = "hour",
    since: From = None,
    until: To = None,
) -> Series:
    return await access.run(series, access, metric, step, range_of(step, since, until, access.desk.now()))


@get(
    "/violations",
    operation_id="listViolations",
    summary="The newest violations",
    description="Which rules were broken, those that were broken last first, each with a sample; and the newest "
    "messages that stated nothing that can be used, with what was sent.",
    tags=_TAGS,
    responses=reading(Violations, examples_series.VIOLATIONS),
)
async def list_violations(access: NamedDependency[Access], limit: Limit = TOP) -> Violations:
    return await access.run(violations, access, limit)


@get(
    "/catalogue/volumes",
    operation_id="listVolumes",
    summary="Events by day",
    description="How many events of each name happened on each day (UTC), the most frequent names first. Up to "
    "a minute old.",
    tags=_TAGS,
    responses=reading(Volumes, examples_series.VOLUMES, ErrorCode.EVENTS_UNAVAILABLE),
)
async def list_volumes(access: NamedDependency[Access], days: Days = 30, limit: Limit = TOP) -> Volumes:
    return await access.run(top_events, access, days, limit)


def series(access: Access, metric: Metric, step: Step, asked: Range) -> Series:
    """The counts of a project, by dialect, for each step."""
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for dialect, at, count in _counted(access, metric, asked, STEPS[step]):
        counts[dialect][at] = counts[dialect].get(at, 0) + count
    lines = [
        Line(dialect=dialect, values=[found.get(at, 0) for at in asked.times()], total=sum(found.values()))
        for dialect, found in sorted(counts.items())
    ]
    times = [iso(at) for at in asked.times()]
    return Series(metric=metric, step=step, times=times, lines=[line for line in lines if line.total])


def _counted(access: Access, metric: Metric, asked: Range, step: int) -> Iterable[tuple[str, int, int]]:
    desk, project = access
    if metric != "refused":
        points = desk.state.series(project, asked.begin, asked.end, step)
        return ((point.dialect, point.at, _value(point, metric)) for point in points)
    found = desk.refused.counted(project, asked.begin, asked.end, step)
    alone = desk.tokens.is_alone(project)
    return [*found, *(desk.refused.counted(NO_PROJECT, asked.begin, asked.end, step) if alone else [])]


def _value(point: SeriesPoint, metric: Metric) -> int:
    value: int = getattr(point, metric)
    return value


def range_of(step: Step, since: str | None, until: str | None, now: int) -> Range:
    """The steps from one time to another. Raises ApiError for times that are none, or too many steps."""
    length = STEPS[step] * 1000
    end = (moment_of("to", until, now) // length + 1) * length
    begin = end - STEPS_SHOWN[step] * length if since is None else moment_of("from", since, now) // length * length
    if not 0 < (end - begin) // length <= MOST_STEPS:
        raise invalid("from", f"it must be before `to`, by at most {MOST_STEPS} steps")
    return Range(begin, end, length)


def violations(access: Access, limit: int) -> Violations:
    """The newest violations of a project, and messages that state nothing."""
    found = access.desk.state.violations(access.project, limit)
    return Violations(
        violations=found.violations,
        invalid=[
            InvalidMessage(
                position=to_json(position), at=iso(at), dialect=dialect, reason=reason, body=msgspec.json.decode(body)
            )
            for position, at, dialect, reason, body in found.invalid
        ],
    )


def top_events(access: Access, days: int, limit: int) -> Volumes:
    """The most frequent events of the last days, with how many there were on each."""
    today = access.desk.now() // DAY_MS
    first = today - days + 1
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * days)
    for name, day, events in _volumes(access, first * DAY_MS):
        if day <= today:
            counted[name][day - first] += events
    shown = sorted(counted.items(), key=lambda each: (-sum(each[1]), each[0]))[:limit]
    return Volumes(
        days=[iso(day * DAY_MS)[:10] for day in range(first, today + 1)],
        events=[EventVolume(name=name, total=sum(values), values=values) for name, values in shown],
    )


def _volumes(access: Access, since: int) -> list[Volume]:
    aliases = access.desk.state.aliases(access.project)
    try:
        found = access.desk.volumes.since(access.project, since)
        return [each._replace(name=aliases.event(each.name)) for each in found] if aliases.rows else found
    except (EventStoreBroken, EventStoreFailed):
        raise ApiError(ErrorCode.EVENTS_UNAVAILABLE, "the event store cannot be read now") from None
