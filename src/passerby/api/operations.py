"""What operators and their tools ask: is it ready, how is it doing, what can it do. No project's data is here."""

from __future__ import annotations

import asyncio

from litestar import MediaType, Response, get
from litestar.di import NamedDependency

from passerby.api import examples, health
from passerby.api.answers import Health
from passerby.api.describe import described
from passerby.api.desk import Desk
from passerby.api.errors import AnyRequest, ApiError, ErrorCode
from passerby.api.openapi import document

_METRICS_TYPE = "text/plain; version=0.0.4"
"""Prometheus' text format, which every scraper reads."""


@get(
    "/healthz",
    operation_id="getHealth",
    summary="Is the server ready",
    description="Asks every part whether it does its work. Needs no token.",
    tags=["Operations"],
    responses=described(Health, examples.HEALTH, ErrorCode.NOT_READY, ErrorCode.OVERLOADED, ErrorCode.INTERNAL_ERROR),
)
async def get_health(desk: NamedDependency[Desk]) -> Health:
    problems = await asyncio.gather(*(desk.readers.run(health.run, check) for check in desk.checks))
    names = [check.name for check in desk.checks]
    failing = {name: problem for name, problem in zip(names, problems, strict=True) if problem is not None}
    if failing:
        message = "; ".join(f"{name}: {problem}" for name, problem in failing.items())
        raise ApiError(ErrorCode.NOT_READY, message, {"checks": failing})
    return Health(status="ready", checks=names)


@get(
    "/metrics",
    operation_id="getMetrics",
    summary="Metrics of all processes",
    description="In Prometheus' text format. Needs no token: it holds counts and durations, nothing of what clients "
    "sent, and the port is private.",
    tags=["Operations"],
    media_type=_METRICS_TYPE,
    response_description="Counters, gauges and histograms.",
)
async def get_metrics(desk: NamedDependency[Desk]) -> str:
    return await desk.readers.run(desk.metrics)


@get("/openapi.json", include_in_schema=False, media_type=MediaType.JSON, sync_to_thread=True)
def get_description(request: AnyRequest, desk: NamedDependency[Desk]) -> Response[bytes]:
    return Response(document(request.app, desk.ingest_url))
