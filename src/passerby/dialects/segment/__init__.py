"""Segment's HTTP Tracking API, which the SDKs of Segment, RudderStack and Customer.io speak.

- `routes` — every path
- `calls` — keys, batches and answers
- `browser` — settings that SDKs fetch before they send anything
- `address` — the public address that these settings name
- `pixels` — calls made by an `<img>` element
- `forms` — items in a query or a form body
- `items` — from one item, sent alone or in a batch, to its message
- `facts` — what each call says beyond the fields that all have in common
- `clock` — when an item happened, by its sender's clock
- `context` — what an item's context says, and what is kept of it
- `fields` — reading fields leniently
- `keys` — the kinds of keys, and where they are in a request
- `commerce` — the vendor's names for standard events
- `openapi` — the calls in OpenAPI
- `samples` — calls to try, platforms
- `libraries` — configuration of the vendor's libraries
- `demo` — the dialect's part of the sample data
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.dialect import Dialect
from passerby.dialects.segment.commerce import VOCABULARY
from passerby.dialects.segment.demo import DEMO
from passerby.dialects.segment.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.segment.openapi import OPENAPI
from passerby.dialects.segment.routes import match
from passerby.dialects.segment.samples import PLATFORMS, SAMPLES

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(
    name=NAME,
    title="Segment",
    about="Events from any library that uses Segment's HTTP Tracking API.",
    keys_title="Write key",
    guide="how-to/migrate",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    platforms=PLATFORMS,
    vocabulary=VOCABULARY,
    deduplication_window_ms=None,  # the vendor's libraries queue on devices that may be offline for weeks
)
