"""Antsomi's collector: one event a request, by POST or with everything in the query, by GET. An array of them is ours.

- `calls` — paths, keys, refusals
- `answers` — the four forms of an answer
- `fields` — reading a body, or a query that stands for one
- `identifiers` — whom an event is about
- `context` — what is kept beside an event
- `events` — from fields to a message
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.antsomi.calls import match, name
from passerby.dialects.antsomi.commerce import VOCABULARY
from passerby.dialects.antsomi.openapi import OPENAPI
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(name=name, title="Antsomi", match=match, openapi=OPENAPI, vocabulary=VOCABULARY)
