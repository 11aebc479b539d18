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
"""

from __future__ import annotations

from typing import Final

from passerby.dialects.dialect import Dialect
from passerby.dialects.segment.calls import name
from passerby.dialects.segment.commerce import VOCABULARY
from passerby.dialects.segment.openapi import OPENAPI
from passerby.dialects.segment.routes import match

__all__ = ["DIALECT"]

DIALECT: Final = Dialect(name=name, title="Segment", match=match, openapi=OPENAPI, vocabulary=VOCABULARY)
