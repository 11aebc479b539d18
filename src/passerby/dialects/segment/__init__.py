"""Segment's HTTP Tracking API, which the SDKs of Segment, RudderStack and Customer.io speak.

- `calls` — paths, keys, batches and answers
- `items` — from one item, sent alone or in a batch, to its message
- `facts` — what each call says beyond the fields that all have in common
- `context` — what an item's context says, and what is kept of it
- `fields` — reading fields leniently
"""

from passerby.dialects.segment.calls import match, name

__all__ = ["match", "name"]
