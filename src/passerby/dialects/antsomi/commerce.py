"""Antsomi's words: category and action, or one name in an app; business objects of several types in one list."""

from __future__ import annotations

from typing import Final

from passerby.commerce.vocabulary import Vocabulary

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
