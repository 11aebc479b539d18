"""CrossEngage's calls in OpenAPI 3.1: mobile tracking, the REST API, and the reads of attributes."""

from __future__ import annotations

from typing import Final

from passerby.dialects.crossengage.keys import TOKEN_KIND
from passerby.dialects.crossengage.openapi import attributes, mobile, rest
from passerby.dialects.dialect import OpenApi

OPENAPI: Final = OpenApi(mobile.CALLS | rest.CALLS | attributes.CALLS, rest.SECURITY_SCHEMES, {rest.SCHEME: TOKEN_KIND})
