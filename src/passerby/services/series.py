"""Counts over time, by dialect; the newest validation errors; and how many events there were on which day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

import msgspec

from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.positions import Position
from passerby.rejected_requests.record import NO_PROJECT
from passerby.services.access import ServerAccess
from passerby.services.errors import EventsUnavailable, invalid
from passerby.services.times import moment_of
from passerby.services.use_cases import reading
from passerby.state.views import OtherViolation

Metric = Literal["accepted", "duplicates", "violations", "refused"]
Step = Literal["minute", "hour", "day"]

STEPS: dict[Step, int] = {"minute": 60, "hour": 3_600, "day": 86_400}
"""Seconds."""
STEPS_SHOWN: dict[Step, int] = {"minute": 60, "hour": 48, "day": 30}
"""Default number of steps, where the query has no `from`."""
MOST_STEPS = 3_000
DAY_MS = 86_400_000


class Range(NamedTuple):
    """Steps of so many ms, of which the first begins at `begin` and the last ends at `end` (ms)."""

    begin: int
    end: int
    step: int

    def times(self) -> range:
        """Start of each step, in ms since 1970."""
        return range(self.begin, self.end, self.step)


class Line(msgspec.Struct, kw_only=True, frozen=True):
    """The counts of one dialect, one for each of the times."""

    dialect: str
    values: list[int]
    total: int


class Series(msgspec.Struct, kw_only=True, frozen=True):
    """Counts over time. `times` (ms) are when each step begins; a dialect without any count has no line."""

    metric: Metric
    step: Step
    times: list[int]
    lines: list[Line]


class InvalidMessage(msgspec.Struct, kw_only=True, frozen=True):
    """An invalid message: the kinds of its validation errors, and what was sent. `at` in ms."""

    position: Position
    at: int
    dialect: str
    kinds: list[str]
    body: Any


class Violations(msgspec.Struct, kw_only=True, frozen=True):
    """The newest validation errors, and the newest invalid messages."""

    violations: list[OtherViolation]
    invalid: list[InvalidMessage]


class EventDailyCounts(msgspec.Struct, kw_only=True, frozen=True):
    """How many events of a name there were, in all and on each of the days."""

    name: str
    total: int
    values: list[int]


class DailyCounts(msgspec.Struct, kw_only=True, frozen=True):
    """Events by day, the most frequent names first. `days` are when each day begins in UTC (ms)."""

    days: list[int]
    events: list[EventDailyCounts]


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
    return Series(metric=metric, step=step, times=list(asked.times()), lines=[line for line in lines if line.total])


def _counted(access: ServerAccess, metric: Metric, asked: Range, step: int) -> Iterable[tuple[str, int, int]]:
    """Return counts as dialect, start of the step (ms), and number; a step may occur more than once."""
    context, project = access.context, access.project
    if metric != "refused":
        points = context.state.series(project, asked.begin, asked.end, step)
        return ((point.dialect, point.at, getattr(point, metric)) for point in points)
    found = context.refused.counted(project, asked.begin, asked.end, step)
    # Requests with an unknown key belong to no project. Where there is only one, they were meant for it.
    alone = context.tokens.is_alone(project)
    return [*found, *(context.refused.counted(NO_PROJECT, asked.begin, asked.end, step) if alone else [])]


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
    invalid_messages = [
        InvalidMessage(position=position, at=at, dialect=dialect, kinds=kinds, body=msgspec.json.decode(body))
        for position, at, dialect, kinds, body in found.invalid
    ]
    return Violations(violations=found.violations, invalid=invalid_messages)


@reading()
def count_events_by_day(access: ServerAccess, days: int, limit: int) -> DailyCounts:
    """Return the most frequent events of the last days (UTC), with their numbers by day. Raises EventsUnavailable."""
    today = access.context.now() // DAY_MS
    first = today - days + 1
    aliases = access.context.state.aliases(access.project)
    try:
        found = access.context.daily_counts.since(access.project, first * DAY_MS)
    except (EventStoreBroken, EventStoreFailed):
        raise EventsUnavailable from None
    counted: dict[str, list[int]] = defaultdict(lambda: [0] * days)
    for name, day, events in found:
        if day <= today:  # a client's clock may be ahead
            counted[aliases.event(name)][day - first] += events
    shown = sorted(counted.items(), key=lambda each: (-sum(each[1]), each[0]))[:limit]
    return DailyCounts(
        days=[day * DAY_MS for day in range(first, today + 1)],
        events=[EventDailyCounts(name=name, total=sum(values), values=values) for name, values in shown],
    )
