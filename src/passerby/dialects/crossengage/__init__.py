"""CrossEngage: mobile tracking (`mobile`) and the REST API for users, leads and events (`routes`).

- `keys` — the kinds of keys, and where they are in a request
- `openapi` — the calls in OpenAPI
- `samples` — sample data: the test event, calls to try, the demo
"""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary
from passerby.dialects.contract import Call
from passerby.dialects.crossengage import mobile, routes
from passerby.dialects.crossengage.keys import KEY_KINDS, NAME, find_keys
from passerby.dialects.crossengage.openapi import OPENAPI
from passerby.dialects.crossengage.samples import DEMO, SAMPLES
from passerby.dialects.dialect import Dialect

__all__ = ["DIALECT"]

VOCABULARY: Final = Vocabulary(
    source="CrossEngage, Web Tracking, standard events",
    events={
        "product_viewed": ("Viewed Product",),
        "added_to_cart": ("Added Product",),
        "removed_from_cart": ("Removed Product",),
        "cart_viewed": ("Viewed Cart",),
        "searched": ("Searched Products",),
        "purchased": ("Completed Order",),
    },
    item=COMMON_ITEM,
    lists=("products",),
    value=("total", "value"),
)
"""Events have the product at the top level, and the cart as a member."""


def match(path: str) -> Call | None:
    """Return the call of a path, or None."""
    return mobile.match(path) or routes.match(path)


DIALECT: Final = Dialect(
    name=NAME,
    title="CrossEngage",
    about="Events and traits from mobile apps, and users from servers over the REST API.",
    keys_title="System Setup",
    guide="how-to/migrate/crossengage-mobile",
    match=match,
    key_kinds=KEY_KINDS,
    find_keys=find_keys,
    openapi=OPENAPI,
    samples=SAMPLES,
    demo=DEMO,
    vocabulary=VOCABULARY,
    error_members=frozenset({"message", "details"}),  # of version 1 and of version 2
    identifies_by_traits=False,
)
