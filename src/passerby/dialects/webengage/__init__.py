"""WebEngage's REST API: `events`, `users` and their bulk forms, sent by the servers of an account.

- `calls` — paths, keys, records and answers
- `keys` — the kinds of keys, and where they are in a request
- `openapi` — the calls in OpenAPI
- `samples` — sample data: the test event, calls to try, the demo
"""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary
from passerby.dialects.dialect import HOUR_MS, Dialect
from passerby.dialects.webengage.calls import match
from passerby.dialects.webengage.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.webengage.openapi import OPENAPI
from passerby.dialects.webengage.samples import DEMO, SAMPLES

__all__ = ["DIALECT"]

VOCABULARY: Final = Vocabulary(
    source="WebEngage, Tracking Events, and the names that its shop integrations send",
    events={
        "product_viewed": ("Product Viewed",),
        "added_to_cart": ("Added to Cart",),
        "removed_from_cart": ("Removed from Cart",),
        "cart_viewed": ("Cart Viewed",),
        "searched": ("Product Searched", "Searched Product"),
        "checkout_started": ("Checkout Started",),
        "promotion_used": ("Coupon Code Applied", "Coupon Applied"),
        "purchased": ("Checkout Completed", "Order Placed"),
    },
    item=COMMON_ITEM,
    lists=("Products", "Items", "Product Details"),
    value=("Total Amount", "Order Total", "Total", "Amount", "Value", "Revenue"),
)
"""WebEngage leaves names to its customers and recommends some."""

DIALECT: Final = Dialect(
    name=NAME,
    title="WebEngage",
    about="Users and events from servers over the REST API.",
    keys_title="REST API",
    guide="how-to/migrate/webengage",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    vocabulary=VOCABULARY,
    deduplication_window_ms=4 * HOUR_MS,  # WebEngage, Tracking Events, `x-request-id`
    enforces_catalogue_rules=True,
)
