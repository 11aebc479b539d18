"""Counts over time, by dialect; the newest violations; and which events happened on which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Literal, NamedTuple

import msgspec

from passerby.clock import iso
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed, Volume
from passerby.positions import to_json
from passerby.rejected_requests.record import NO_PROJECT
from passerby.services.access import ServerAccess
from passerby.services.errors import EventsUnavailable, invalid
from passerby.services.series_answers import EventVolume, InvalidMessage, Line, Series, Violations, Volumes
from passerby.services.times import moment_of
from passerby.services.use_cases import reading
from passerby.services.volumes import DAY_MS
from passerby.state.views import SeriesPoint

Metric = Literal["accepted", "duplicates", "violations", "refused"]
Step = Literal["minute", "hour", "day"]

STEPS: dict[Step, int] = {"minute": 60, "hour": 3_600, "day": 86_400}
"""Seconds."""
STEPS_SHOWN: dict[Step, int] = {"minute": 60, "hour": 48, "day": 30}
"""Default number of steps, where the query has no `from`."""
MOST_STEPS = 3_000


class Range(NamedTuple):
    """Steps of so many ms, of which the first begins at `begin` and the last ends at `end` (ms)."""

    begin: int
    end: int
    step: int

    def times(self) -> range:
        """Start of each step, in ms since 1970."""
        return range(self.begin, self.end, self.step)


@reading()
def count_series(access: ServerAccess, metric: Metric, step: Step, asked: Range) -> Series:
    """Return a project's counts by dialect for each step."""
    counts: dict[str, dict[int, int]] = defaultdict(dict)
    for dialect, at, count in _counted(access, metric, asked, STEPS[step]):
        counts[dialect][at] = counts[dialect].get(at, 0) + count
    lines = [
        Line(dialect=dialect, values=[found.get(at, 0) for at in asked.times()], total=sum(found.values()))
        for dialect, found in sorted(counts.items())
    ]
    times = [iso(at) for at in asked.times()]
    return Series(metric=metric, step=step, times=times, lines=[line for line in lines if line.total])


def _counted(access: ServerAccess, metric: Metric, asked: Range, step: int) -> Iterable[tuple[str, int, int]]:
    context, project = access.context, access.project
    if metric != "refused":
        points = context.state.series(project, asked.begin, asked.end, step)
        return ((point.dialect, point.at, _value(point, metric)) for point in points)
    found = context.refused.counted(project, asked.begin, asked.end, step)
    alone = context.tokens.is_alone(project)
    return [*found, *(context.refused.counted(NO_PROJECT, asked.begin, asked.end, step) if alone else [])]


def _value(point: SeriesPoint, metric: Metric) -> int:
    value: int = getattr(point, metric)
    return value


def range_of(step: Step, since: str | None, until: str | None, now: int) -> Range:
    """Return the steps from one time to another. Raises ServiceError for unreadable times and too many steps."""
    length = STEPS[step] * 1000
    end = (moment_of("to", until, now) // length + 1) * length
    begin = end - STEPS_SHOWN[step] * length if since is None else moment_of("from", since, now) // length * length
    if not 0 < (end - begin) // length <= MOST_STEPS:
        raise invalid("from", f"it must be before `to`, by at most {MOST_STEPS} steps")
    return Range(begin, end, length)


@reading()
def list_violations(access: ServerAccess, limit: int) -> Violations:
    """Return a project's newest validation errors, and its newest invalid messages."""
    found = access.context.state.violations(access.project, limit)
    return Violations(
        violations=found.violations,
        invalid=[
            InvalidMessage(
                position=to_json(position),
                at=iso(at),
                dialect=dialect,
                kinds=kinds,
                reason=", ".join(kinds),
                body=msgspec.json.decode(body),
            )
            for position, at, dialect, kinds, body in found.invalid
        ],
    )


@reading()
def list_volumes(access: ServerAccess, days: int, limit: int) -> Volumes:
    """Return the most frequent events of the last days, with their numbers by day."""
    today = access.context.now() // DAY_MS
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


def _volumes(access: ServerAccess, since: int) -> list[Volume]:
    aliases = access.context.state.aliases(access.project)
    try:
        found = access.context.volumes.since(access.project, since)
        return [each._replace(name=aliases.event(each.name)) for each in found] if aliases.rows else found
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None
