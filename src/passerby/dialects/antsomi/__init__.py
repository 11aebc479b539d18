"""Antsomi's collector: one event per request, by POST, or by GET in the query. Arrays of events are an extension.

- `calls` — paths, keys, errors
- `answers` — the four forms of a response
- `fields` — reading an event from a body or a query
- `identifiers` — identifiers of an event
- `context` — context of an event's message
- `events` — converts the fields of an event to its message
- `keys` — the kinds of keys, and where they are in a request
- `openapi` — the calls in OpenAPI
- `samples` — sample data: the test event, calls to try, the demo
- `snippets` — code that loads the SDKs
"""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import Vocabulary
from passerby.dialects.antsomi.calls import match
from passerby.dialects.antsomi.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.antsomi.openapi import OPENAPI
from passerby.dialects.antsomi.samples import DEMO, PLATFORMS, SAMPLES, SNIPPETS
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]

VOCABULARY: Final = Vocabulary(
    source="Antsomi, Developer Guide, Sample E-Commerce Events",
    events={
        "product_viewed": ("product/view", "view_product"),
        "added_to_cart": ("product/add_to_cart", "add_to_cart"),
        "removed_from_cart": ("product/remove_cart", "remove_cart"),
        "cart_viewed": ("product/view_cart", "view_cart"),
        "searched": ("browsing/product_search", "product_search"),
        "checkout_started": ("product/checkout", "product/checkout_cart", "checkout"),
        "promotion_used": ("promotion_code/used",),
        "purchased": ("product/purchase", "product/payment", "purchase"),
    },
    item={
        "id": ("id",),
        "sku": ("sku",),
        "name": ("name",),
        "brand": ("brand",),
        "category": ("main_category", "category", "category_level_1"),
        "variant": ("variant",),
        "price": ("sale_price", "price"),
        "quantity": ("line_item_quantity", "quantity"),
        "url": ("page_url",),
        "image_url": ("image_url",),
    },
    lists=("items",),
    value=("revenue", "total_amount"),
    product="product",
)
"""Events have category and action, or one name in an app. Business objects of several types are in one list."""

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
