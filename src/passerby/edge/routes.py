"""What the ingest port answers to: the vendors' calls, and the SDKs' files."""

from __future__ import annotations

from passerby.dialects import registry
from passerby.dialects.contract import Call
from passerby.sdk import serving


def match(path: str) -> Call | None:
    """The call that this (decoded) path stands for, or None where it stands for nothing."""
    return registry.match(path) or serving.match(path) or serving.match(registry.tidy(path))
