"""The vendors' calls in OpenAPI 3.1, for the management API to take into its own description.

The examples of requests follow the vendors' documentation; those of faults are what the dialects really answer.
"""

from __future__ import annotations

from typing import Any

from passerby.dialects.openapi import (
    antsomi,
    crossengage,
    crossengage_attributes,
    crossengage_rest,
    customerlabs,
    segment,
    segment_reads,
    webengage,
)


def paths(ingest_url: str = "http://127.0.0.1:8080") -> dict[str, Any]:
    """A path item for each call. `ingest_url` is where the calls go: not the port that serves the description."""
    calls = (
        crossengage.CALLS
        | crossengage_rest.CALLS
        | crossengage_attributes.CALLS
        | webengage.CALLS
        | customerlabs.CALLS
        | antsomi.CALLS
        | segment.CALLS
        | segment_reads.CALLS
    )
    servers = [{"url": ingest_url, "description": "The ingest port"}]
    return {path: {"servers": servers, **methods} for path, methods in calls.items()}


def security_schemes() -> dict[str, Any]:
    """What the calls' `security` refers to, for `components.securitySchemes`."""
    return crossengage_rest.SECURITY_SCHEMES | webengage.SECURITY_SCHEMES | segment.SECURITY_SCHEMES
