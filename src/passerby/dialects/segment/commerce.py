"""Segment's vocabulary: the names of version 2 of its spec, and those of version 1 for the same events."""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary

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
