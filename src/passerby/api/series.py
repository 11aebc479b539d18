"""Counts over time, by dialect; and which events came on which day."""

from __future__ import annotations

from typing import Annotated

from litestar import get
from litestar.di import NamedDependency
from litestar.params import QueryParameter

from passerby.api import examples_series
from passerby.api.describe import reading
from passerby.services import series
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode
from passerby.services.series_answers import Series, Violations, Volumes
from passerby.web.parameters import Limit, WantedMetric, WantedStep

TOP = 100

_TAGS = ["Project"]

From = Annotated[
    str | None,
    QueryParameter(name="from", max_length=40, description="ISO 8601; the step that it lies in is the first."),
]
To = Annotated[
    str | None, QueryParameter(name="to", max_length=40, description="ISO 8601; the step that it lies in is the last.")
]
Days = Annotated[int, QueryParameter(name="days", ge=1, le=366, description="So many days, today the last of them.")]


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
    access: NamedDependency[ServerAccess],
    metric: WantedMetric = "accepted",
    step: WantedStep = "hour",
    since: From = None,
    until: To = None,
) -> Series:
    return await access.run(
        series.count_series, access, metric, step, series.range_of(step, since, until, access.context.now())
    )


@get(
    "/violations",
    operation_id="listViolations",
    summary="The newest violations",
    description="Which rules were broken, those that were broken last first, each with a sample; and the newest "
    "messages that stated nothing that can be used, with what was sent.",
    tags=_TAGS,
    responses=reading(Violations, examples_series.VIOLATIONS),
)
async def list_violations(access: NamedDependency[ServerAccess], limit: Limit = TOP) -> Violations:
    return await access.run(series.list_violations, access, limit)


@get(
    "/catalogue/volumes",
    operation_id="listVolumes",
    summary="Events by day",
    description="How many events of each name happened on each day (UTC), the most frequent names first. Up to "
    "a minute old.",
    tags=_TAGS,
    responses=reading(Volumes, examples_series.VOLUMES, ErrorCode.EVENTS_UNAVAILABLE),
)
async def list_volumes(access: NamedDependency[ServerAccess], days: Days = 30, limit: Limit = TOP) -> Volumes:
    return await access.run(series.list_volumes, access, days, limit)
