"""Routes of counts: totals, counts over time, and the newest validation errors."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from passerby.api.conversion import converting
from passerby.api.openapi.examples import stats as examples
from passerby.api.openapi.responses import reading
from passerby.schemas.counts import SeriesJson, ViolationsJson, series_json, violations_json
from passerby.services import series, stats
from passerby.services.access import ServerAccess
from passerby.services.stats import Stats
from passerby.web.parameters import Limit, WantedMetric, WantedStep

TOP = 100
"""Violations when the query has no limit."""

_TAGS = ["Project"]

From = Annotated[
    str | None,
    QueryParameter(name="from", max_length=40, description="ISO 8601; the step that it lies in is the first."),
]
To = Annotated[
    str | None, QueryParameter(name="to", max_length=40, description="ISO 8601; the step that it lies in is the last.")
]


@get(
    "/stats",
    operation_id="getStats",
    summary="Counts and lag",
    description="`accepted` = `applied` + `duplicates` + `waiting`, in messages, at any moment. `lag_seconds` is the "
    "age of the oldest message that waits (0: none does). Test profiles are not counted in `profiles`.",
    tags=_TAGS,
    responses=reading(Stats, examples.STATS),
)
async def get_stats(access: NamedDependency[ServerAccess]) -> Stats:
    return await access.run(stats.get_stats, access)


@get(
    "/metrics/timeseries",
    operation_id="getTimeSeries",
    summary="Counts over time",
    description="Numbers of accepted messages, duplicates, validation errors or rejected requests, by dialect and "
    "step, without gaps. Minutes are kept for two days and hours for 90 days; before that only longer steps have "
    "counts. Messages count when they are applied, in the step in which they were received. Requests rejected in a "
    "flood count for no project. Without `from` it is the last 60 minutes, 48 hours or 30 days.",
    tags=_TAGS,
    responses=reading(SeriesJson, examples.SERIES),
)
async def get_time_series(
    access: NamedDependency[ServerAccess],
    metric: WantedMetric = "accepted",
    step: WantedStep = "hour",
    since: From = None,
    until: To = None,
) -> SeriesJson:
    asked = series.range_of(step, since, until, access.context.now())
    return await access.run(converting(series.count_series, series_json), access, metric, step, asked)


@get(
    "/violations",
    operation_id="listViolations",
    summary="Recent validation errors",
    description="Validation errors, newest first, each with a sample; and the newest invalid messages with their "
    "bodies.",
    tags=_TAGS,
    responses=reading(ViolationsJson, examples.VIOLATIONS),
)
async def list_violations(access: NamedDependency[ServerAccess], limit: Limit = TOP) -> ViolationsJson:
    return await access.run(converting(series.list_violations, violations_json), access, limit)
