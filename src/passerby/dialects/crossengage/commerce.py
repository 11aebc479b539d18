"""CrossEngage's vocabulary. Events have the product at the top level, and the cart as a member."""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary

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
