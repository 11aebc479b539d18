"""WebEngage's words: it leaves names to its customers, and recommends some."""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import COMMON_ITEM, Vocabulary

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
