"""Metrics of the API: requests and their durations by route."""

from __future__ import annotations

import time

from litestar.middleware import ASGIMiddleware
from litestar.types import ASGIApp, Message, Receive, Scope, Send
from prometheus_client import Counter, Histogram

REQUESTS = Counter("passerby_api_requests", "Requests to the API, by route and status.", ["route", "status"])
SECONDS = Histogram(
    "passerby_api_seconds",
    "Time to answer a request to the API, what it asked to wait included.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30),
)


class RequestMetrics(ASGIMiddleware):
    """ASGI middleware that counts and times requests, by the template of the route's path.

    The template and not the path is the label: an id in it would make a time series of its own.
    """

    async def handle(self, scope: Scope, receive: Receive, send: Send, next_app: ASGIApp) -> None:
        route = scope["path_template"]

        async def counting(message: Message) -> None:
            if message["type"] == "http.response.start":
                REQUESTS.labels(route, str(message["status"])).inc()
            await send(message)

        begun = time.perf_counter()
        await next_app(scope, receive, counting)
        SECONDS.labels(route).observe(time.perf_counter() - begun)
