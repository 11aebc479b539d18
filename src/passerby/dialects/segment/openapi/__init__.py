"""Segment's calls in OpenAPI 3.1: those that bring items, and what SDKs fetch."""

from __future__ import annotations

from typing import Final

from passerby.dialects.dialect import OpenApi
from passerby.dialects.segment.keys import KEY_KIND
from passerby.dialects.segment.openapi import calls, reads

OPENAPI: Final = OpenApi(
    calls.CALLS | reads.CALLS, calls.SECURITY_SCHEMES, dict.fromkeys(calls.SECURITY_SCHEMES, KEY_KIND)
)
