"""Routes for operators: health, metrics and the OpenAPI description. None of them has data of a project."""

from __future__ import annotations

import asyncio
from hmac import compare_digest
from ipaddress import ip_address

from litestar import MediaType, Response, get
from litestar.di import NamedDependency

from passerby.api.auth import token_of
from passerby.api.openapi.document import document
from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import described
from passerby.schemas.counts import Health
from passerby.services import health
from passerby.services.context import ServerContext
from passerby.services.errors import ErrorCode, ServiceError
from passerby.web.errors import AnyRequest

_METRICS_TYPE = "text/plain; version=0.0.4"
"""Prometheus' text format, which every scraper reads."""


@get(
    "/healthz",
    operation_id="getHealth",
    summary="Readiness of the server",
    description="Checks every component. Requires no token.",
    tags=["Operations"],
    responses=described(Health, examples.HEALTH, ErrorCode.NOT_READY, ErrorCode.OVERLOADED, ErrorCode.INTERNAL_ERROR),
)
async def get_health(context: NamedDependency[ServerContext]) -> Health:
    # At the same time: one part that hangs must not hide the others until its timeout.
    problems = await asyncio.gather(*(context.readers.run(health.run, check) for check in context.checks))
    names = [check.name for check in context.checks]
    failing = {name: problem for name, problem in zip(names, problems, strict=True) if problem is not None}
    if failing:
        message = "; ".join(f"{name}: {problem}" for name, problem in failing.items())
        raise ServiceError(ErrorCode.NOT_READY, message, {"checks": failing})
    return Health(status="ready", checks=names)


@get(
    "/metrics",
    operation_id="getMetrics",
    summary="Metrics of all processes",
    description="In Prometheus' text format: counts and durations of the whole server, without data of clients. "
    "Clients on the same machine need no token; others send that of the setting `api.metrics_token` (a project's token "
    "does not open it). Without that setting, other machines are refused.",
    tags=["Operations"],
    media_type=_METRICS_TYPE,
    response_description="Counters, gauges and histograms.",
)
async def get_metrics(request: AnyRequest, context: NamedDependency[ServerContext]) -> str:
    # Bytes: `compare_digest` takes no text with characters beyond ASCII, which a client may send.
    address = request.client.host if request.client else ""
    expected, given = context.metrics_token.encode(), token_of(request).encode("utf-8", "surrogatepass")
    if not _is_loopback(address) and not (expected and compare_digest(given, expected)):
        message = "metrics need the bearer token of the setting api.metrics_token, or a client on the same machine"
        raise ServiceError(ErrorCode.UNAUTHORIZED, message, headers={"WWW-Authenticate": "Bearer"})
    return await context.readers.run(context.metrics)


def _is_loopback(address: str) -> bool:
    """Whether an address, as the server or a trusted proxy reports it, is of this machine."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    # On a socket for both versions, an IPv4 client has an address like ::ffff:127.0.0.1.
    return (getattr(found, "ipv4_mapped", None) or found).is_loopback


@get("/openapi.json", include_in_schema=False, media_type=MediaType.JSON, sync_to_thread=True)
def get_description(request: AnyRequest, context: NamedDependency[ServerContext]) -> Response[bytes]:
    return Response(document(request.app, context.ingest_url))
