"""Segment's HTTP Tracking API, which the SDKs of Segment, RudderStack and Customer.io speak.

- `calls` — keys, batches and answers
- `browser` — settings that SDKs fetch at startup
- `address` — the public address that these settings name
- `pixels` — calls made by an `<img>` element
- `forms` — items in a query or a form body
- `items` — converts an item, sent alone or in a batch, to its message
- `facts` — the fields that are specific to each call
- `clock` — time of an item, corrected by its sender's clock
- `context` — identifiers in an item's context, and the context to store
- `keys` — the kinds of keys, and where they are in a request
- `openapi` — the calls in OpenAPI
- `samples` — sample data: the test event, calls to try, the demo
- `libraries` — configuration of the vendor's libraries
"""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary
from passerby.dialects.contract import Call
from passerby.dialects.dialect import Dialect
from passerby.dialects.segment import browser, calls, pixels
from passerby.dialects.segment.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.segment.openapi import OPENAPI
from passerby.dialects.segment.samples import DEMO, PLATFORMS, SAMPLES

__all__ = ["DIALECT"]

VOCABULARY: Final = Vocabulary(
    source="Segment, Spec: Ecommerce Events, V1 and V2",
    events={
        "product_viewed": ("Product Viewed", "Viewed Product"),
        "added_to_cart": ("Product Added", "Added Product"),
        "removed_from_cart": ("Product Removed", "Removed Product"),
        "cart_viewed": ("Cart Viewed",),
        "searched": ("Products Searched",),
        "checkout_started": ("Checkout Started",),
        "promotion_used": ("Coupon Applied",),
        "purchased": ("Order Completed", "Completed Order"),
    },
    item=COMMON_ITEM,
    lists=("products",),
)
"""The names of version 2 of Segment's spec, and those of version 1 for the same events."""


def match(path: str) -> Call | None:
    """Return the call of a path, or None. Other dialects have paths below `/v1/`, too."""
    return calls.match(path) or browser.match(path) or pixels.match(path)


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
