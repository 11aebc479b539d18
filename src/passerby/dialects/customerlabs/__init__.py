"""CustomerLabs' mobile tracking: `/app/externalIds`, `/app/identify`, and one webhook path per source.

- `calls` — paths, keys, responses
- `app` — the two calls of the app, which respond with stored data
- `events` — events sent to a webhook: the app's, and any other JSON
- `identifiers` — the fields that are identifiers
- `context` — context of a message: device, campaign, sender
- `fields` — validates fields as the vendor documents them
- `wrapping` — unwraps the values of the vendor's browser code
- `keys` — the kinds of keys, and where they are in a request
- `openapi` — the calls in OpenAPI
- `samples` — sample data: the test event, calls to try, the demo
"""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary
from passerby.dialects.customerlabs.calls import match
from passerby.dialects.customerlabs.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.customerlabs.openapi import OPENAPI
from passerby.dialects.customerlabs.samples import DEMO, PLATFORMS, SAMPLES
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]

VOCABULARY: Final = Vocabulary(
    source="CustomerLabs, Mobile Tracking API, event tracking; Tracking E-Commerce Events",
    events={
        "product_viewed": ("View Item", "Product viewed"),
        "added_to_cart": ("Add to Cart", "Added to cart"),
        "removed_from_cart": ("Remove from Cart", "Removed from cart"),
        "cart_viewed": ("View Cart",),
        "searched": ("Search", "Search made"),
        "checkout_started": ("Checkout made",),
        "purchased": ("Purchase", "Purchased"),
    },
    item=COMMON_ITEM,
    lists=("products", "productProperties"),
    value=("value",),
)
"""The names of its mobile API, of its browser code (`product_...`), and of its shop templates."""

DIALECT: Final = Dialect(
    name=NAME,
    title="CustomerLabs",
    about="Events from webhooks and from CustomerLabs' website and app SDKs.",
    keys_title="Sources",
    guide="how-to/migrate/customerlabs",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    platforms=PLATFORMS,
    vocabulary=VOCABULARY,
    error_members=frozenset({"error_message"}),
    identifies_by_traits=False,
    answers_with_profile=True,
)
