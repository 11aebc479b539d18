"""Routes of the ingest port: the dialects' calls and the SDKs' files."""

from __future__ import annotations

from passerby.dialects import registry
from passerby.dialects.contract import Call
from passerby.sdk import serving


def match(path: str) -> Call | None:
    """Return the call at a (decoded) path; None for an unknown path."""
    return registry.match(path) or serving.match(path) or serving.match(registry.tidy(path))
