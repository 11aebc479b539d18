"""The calls of all dialects in OpenAPI 3.1, for the management API to include in its own description.

The examples of requests follow the vendors' documentation; those of faults are the dialects' real answers.
"""

from __future__ import annotations

from typing import Any

from passerby.dialects import registry


def paths(ingest_url: str = "http://127.0.0.1:8080") -> dict[str, Any]:
    """Return a path item for each call. `ingest_url` is where the calls go, which another port describes."""
    servers = [{"url": ingest_url, "description": "The ingest port"}]
    return {
        path: {"servers": servers, **methods}
        for dialect in registry.ALL
        for path, methods in dialect.openapi.paths.items()
    }


def security_schemes() -> dict[str, Any]:
    """Return the schemes that the calls' `security` refers to, for `components.securitySchemes`."""
    return {name: scheme for dialect in registry.ALL for name, scheme in dialect.openapi.security_schemes.items()}
