"""Routes under their former paths, which answer for one release after they were renamed."""

from __future__ import annotations

from typing import Final

from litestar.datastructures import ResponseHeader
from litestar.handlers import HTTPRouteHandler

from passerby.api.permissions import SUCCESSOR
from passerby.api.routes import catalogue, identity, rejected_requests, stats

DEPRECATED_SINCE: Final = "@1795996800"
"""Value of the header `Deprecation` (RFC 9745): the time of the rename, in seconds since 1970."""


def _former(path: str, operation_id: str, route: HTTPRouteHandler) -> HTTPRouteHandler:
    """Return a deprecated route with a former path and operation id, which calls the same function as this route."""
    (method,) = route.http_methods
    (successor,) = route.paths
    now = f"{method} /v1{successor}".replace(":str}", "}")
    # Not a copy of the route: the framework's copies share the dictionary in which it memoises response headers.
    return HTTPRouteHandler(
        path,
        http_method=method,
        status_code=route.status_code,
        operation_id=operation_id,
        summary=route.summary,
        description=f"Renamed to `{now}`. This path answers for one more release.",
        tags=route.tags,
        dependencies=route.dependencies,
        responses=route.responses,
        deprecated=True,
        response_headers=[ResponseHeader(name="Deprecation", value=DEPRECATED_SINCE)],
        opt={SUCCESSOR: route.operation_id},
    )(route.fn)


ROUTES: Final = (
    _former("/refused", "listRefused", rejected_requests.list_rejected_requests),
    _former("/series", "getSeries", stats.get_time_series),
    _former("/catalogue/marks", "listMarks", catalogue.list_annotations),
    _former("/catalogue/marks", "setMark", catalogue.set_annotation),
    _former("/catalogue/volumes", "listVolumes", catalogue.list_event_counts),
    _former("/profiles/{profile_id:str}/why", "explainIdentifierDeprecated", identity.explain_identifier),
)
