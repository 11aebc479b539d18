"""The OpenAPI description of Passerby: the routes of the management API, and the vendors' calls of the ingest port."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from importlib.metadata import version
from typing import Any, Final

import msgspec
from litestar import Litestar, Router
from litestar.openapi import OpenAPIConfig
from litestar.openapi.spec import Components, License, SecurityScheme, Tag
from litestar.routes import BaseRoute, HTTPRoute

from passerby.api.openapi.examples import catalogue, destinations, events, profiles, projects, stats
from passerby.api.permissions import SUCCESSOR
from passerby.dialects import openapi as dialects

BEARER = "apiToken"
BODIES: Final = {**profiles.BODIES, **catalogue.BODIES, **projects.BODIES, **destinations.BODIES}
PARAMETERS: Final = {
    **profiles.PARAMETERS,
    **events.PARAMETERS,
    **catalogue.PARAMETERS,
    **projects.PARAMETERS,
    **destinations.PARAMETERS,
    **stats.PARAMETERS,
}

_DESCRIPTION = """\
Reads profiles, their events and the history of their identity; merges profiles and undoes merges; changes a project's
settings. Every request under `/v1` requires an API token, which is valid for one project.

The vendors' calls, which send events and identities, are answered on the ingest port and are described here as well.
"""

_TAGS = [
    Tag("Profiles", "Profiles with their events and the history of their identity."),
    Tag("Identity", "Identity decisions: merges and their undo, duplicates, preview, policy."),
    Tag("Project", "Settings, keys, counts, catalogue and audit log of a project."),
    Tag("Destinations", "Destinations, what they deliver, and what they gave up."),
    Tag("Live", "Received messages and rejected requests."),
    Tag("Operations", "Health and metrics, for operators."),
]


class _NoPages(Router):
    """Drops the documentation pages that Litestar would serve, because they load scripts from other origins."""

    def register(self, _: Any) -> list[BaseRoute]:
        return []


def config() -> OpenAPIConfig:
    """Return the framework's configuration for describing the routes."""
    scheme = SecurityScheme(type="http", scheme="bearer", description="An API token of the project.")
    return OpenAPIConfig(
        title="Passerby",
        version=version("passerby"),
        description=_DESCRIPTION,
        license=License(name="Apache-2.0", identifier="Apache-2.0"),
        tags=_TAGS,
        components=Components(security_schemes={BEARER: scheme}),
        openapi_router=_NoPages("/", route_handlers=[], include_in_schema=False),
    )


def describe(app: Litestar, ingest_url: str) -> dict[str, Any]:
    """Return the OpenAPI description as a JSON object. `ingest_url` is the server of the vendors' calls."""
    own = app.openapi_schema.to_schema()  # a new dictionary at each call, which can be changed
    for route in app.routes:
        if isinstance(route, HTTPRoute) and route.path_format in own["paths"]:
            _complete(own["paths"][route.path_format], route)
    _one_number(own["components"]["schemas"])
    own["paths"] |= dialects.paths(ingest_url)
    own["components"]["securitySchemes"] |= dialects.security_schemes()
    return own


def _one_number(described: Any) -> None:
    """Drop `integer` next to `number` in a `oneOf`: an integer matches both, and `oneOf` allows one match."""
    if isinstance(described, list):
        for inner in described:
            _one_number(inner)
    elif isinstance(described, dict):
        _one_number(list(described.values()))
        if {"type": "number"} in described.get("oneOf", ()):
            described["oneOf"] = [each for each in described["oneOf"] if each != {"type": "integer"}]


def _complete(item: dict[str, Any], route: HTTPRoute) -> None:
    """Correct and complete the framework's description of a route's operations."""
    for handler in route.route_handlers:
        for method in handler.http_methods:
            if operation := item.get(method.lower()):
                # A route under a former path has the examples of its successor.
                example = handler.opt.get(SUCCESSOR) or operation["operationId"]
                values = PARAMETERS.get(example, {})
                operation["parameters"] = [_parameter(each, values) for each in operation.get("parameters", ())]
                if not operation["deprecated"]:
                    del operation["deprecated"]
                if body := BODIES.get(example):
                    examples = {name: {"value": msgspec.to_builtins(each)} for name, each in body.items()}
                    operation["requestBody"] = _body(operation["requestBody"], examples)
                if handler.responses:
                    # Only declared responses, with their examples: the framework would remove nulls from these.
                    found = operation["responses"]
                    operation["responses"] = {str(status): found[str(status)] for status in handler.responses}
                    for status, spec in handler.responses.items():
                        shown = {each.summary: {"value": each.value} for each in spec.examples or ()}
                        for content in found[str(status)]["content"].values():
                            content["examples"] = shown


def _body(found: dict[str, Any], examples: Mapping[str, Any]) -> dict[str, Any]:
    """Return a request body with examples. A nullable body is optional, which the framework does not state."""
    content = found["content"]["application/json"]
    options = content["schema"].get("oneOf", [])
    kept = [option for option in options if option != {"type": "null"}]
    schema = kept[0] if len(kept) == 1 else content["schema"]
    described = {"schema": schema, "examples": examples}
    return {**found, "required": schema is content["schema"], "content": {"application/json": described}}


def _parameter(found: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Return a parameter with its example, without defaults of OpenAPI and without the null of an absent one."""
    schema: dict[str, Any] = {}
    for key, value in found["schema"].items():
        if key not in {"description", "oneOf"}:
            # The framework makes bounds of integers floats.
            schema[key] = int(value) if isinstance(value, float) and value.is_integer() else value
    # An optional parameter is described as "this or null", but a query cannot have null.
    for one in found["schema"].get("oneOf", ()):
        schema |= one if one != {"type": "null"} else {}
    if None in schema.get("enum", ()):
        schema |= {"type": "string", "enum": [value for value in schema["enum"] if value is not None]}
    kept = {key: found[key] for key in ("name", "in", "description", "required")}
    example = {"example": values[found["name"]]} if found["name"] in values else {}
    return {**kept, "schema": schema, **example}


@lru_cache(maxsize=1)
def document(app: Litestar, ingest_url: str) -> bytes:
    """Encode the OpenAPI description as JSON. Call it once per application: routes do not change later."""
    return msgspec.json.encode(describe(app, ingest_url))
