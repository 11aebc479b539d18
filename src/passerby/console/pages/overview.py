"""Overview of a project: volume, profiles, most frequent events, and the latest validation errors."""

from __future__ import annotations

import asyncio

import msgspec
from litestar.di import NamedDependency

from passerby.console.routing import PageContext, page_route
from passerby.services.series import (
    DailyCounts,
    Metric,
    Series,
    Step,
    Violations,
    count_events_by_day,
    count_series,
    list_violations,
    range_of,
)
from passerby.services.stats import Stats, get_stats
from passerby.web.parameters import WantedStep

DAYS = 14
TOP = 8
"""Most frequent events that are listed, and the days over which they are counted."""
NEWEST = 6
"""Validation errors that are listed."""


class Traffic(msgspec.Struct, kw_only=True):
    """Event volume by source: accepted messages, duplicates, validation errors, and rejected requests."""

    step: Step
    accepted: Series
    duplicates: Series
    violations: Series
    refused: Series


class DialectTotals(msgspec.Struct, kw_only=True):
    """The counts of one dialect in the range shown."""

    dialect: str
    accepted: int
    duplicates: int
    violations: int
    refused: int


class Overview(msgspec.Struct, kw_only=True):
    """The overview. `top` is null where the event store is unavailable."""

    stats: Stats
    traffic: Traffic
    dialects: list[DialectTotals]
    top: DailyCounts | None
    newest: Violations


async def load(page: NamedDependency[PageContext], step: WantedStep = "minute") -> Overview:
    stats, traffic, top, newest = await asyncio.gather(
        page.run(get_stats, page.access),
        page.run(_traffic, page, step),
        page.run_events(count_events_by_day, page.access, DAYS, TOP),
        page.run(list_violations, page.access, NEWEST),
    )
    return Overview(stats=stats, traffic=traffic, dialects=totals(traffic), top=top, newest=newest)


def totals(traffic: Traffic) -> list[DialectTotals]:
    """Return the counts by dialect, the one with the most messages first."""
    metrics = ("accepted", "duplicates", "violations", "refused")
    counted = {name: {line.dialect: line.total for line in getattr(traffic, name).lines} for name in metrics}
    found = {dialect for lines in counted.values() for dialect in lines}
    rows = [
        DialectTotals(dialect=dialect, **{name: lines.get(dialect, 0) for name, lines in counted.items()})
        for dialect in sorted(found)
    ]
    return sorted(rows, key=lambda row: -row.accepted)


def _traffic(page: PageContext, step: Step) -> Traffic:
    asked = range_of(step, None, None, page.context.now())

    def of(metric: Metric) -> Series:
        return count_series(page.access, metric, step, asked)

    return Traffic(
        step=step,
        accepted=of("accepted"),
        duplicates=of("duplicates"),
        violations=of("violations"),
        refused=of("refused"),
    )


routes = [page_route("/", load, "overview.html")]
