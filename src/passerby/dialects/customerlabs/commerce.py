"""CustomerLabs' words: those of its mobile API, of its browser code (`product_...`), and of its shop templates."""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary

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
