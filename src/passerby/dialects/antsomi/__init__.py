"""Antsomi's collector: one event a request, by POST or with everything in the query, by GET. An array of them is ours.

- `calls` — paths, keys, refusals
- `answers` — the four forms of an answer
- `fields` — reading an event from a body or a query
- `identifiers` — whom an event is about
- `context` — context of an event's message
- `events` — from fields to a message
- `keys` — the kinds of keys, and where they are in a request
- `commerce` — the vendor's names for standard events
- `openapi` — the calls in OpenAPI
- `samples` — calls to try, platforms
- `snippets` — code that loads the SDKs
- `demo` — the vendor's part in the demo's day
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.antsomi.calls import match
from passerby.dialects.antsomi.commerce import VOCABULARY
from passerby.dialects.antsomi.demo import DEMO
from passerby.dialects.antsomi.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.antsomi.openapi import OPENAPI
from passerby.dialects.antsomi.samples import PLATFORMS, SAMPLES, SNIPPETS
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(
    name=NAME,
    title="Antsomi",
    about="Events from websites and apps that use the SDKs served by Passerby.",
    keys_title="Portal and property",
    guide="how-to/migrate/antsomi-web",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    snippets=SNIPPETS,
    platforms=PLATFORMS,
    vocabulary=VOCABULARY,
)
