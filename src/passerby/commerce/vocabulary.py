"""Vocabularies: a vendor's names for standard events, and for the fields of events and products.

Vocabularies hold the vendors' own spellings. Names of events and fields are compared *folded*: in lower case, without
blanks, underscores, dashes and dots. So `Product ID`, `product_id` and `productId` are one name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Final, Literal, NamedTuple

from passerby.catalogue.rules import NAME_LENGTH
from passerby.messages import StandardEvent

ItemField = Literal["id", "sku", "name", "brand", "category", "variant", "price", "quantity", "url", "image_url"]
"""The members of `passerby.messages.Item`."""

Words = tuple[str, ...]
"""Names of fields with the same meaning, the preferred one first."""


class Vocabulary(NamedTuple):
    """One vendor's names.

    `source`: the vendor's documentation. `events`: names of events by standard event. `item`: the fields of a product.
    `lists`: the members that hold the products of an event; `carts`: those that hold the cart or order, as a list or as
    an object with one. `value` and `currency`: what the event was worth. `product`: the `type` of products, where lists
    hold other objects, too.
    """

    source: str
    events: Mapping[StandardEvent, Words]
    item: Mapping[ItemField, Words]
    lists: Words = ("products", "items")
    carts: Words = ("cart", "order")
    value: Words = ("value", "total", "revenue")
    currency: Words = ("currency", "currency_code")
    product: str = ""


COMMON_ITEM: Final[Mapping[ItemField, Words]] = {
    "id": ("product_id", "item_id", "id"),
    "sku": ("sku", "product_sku"),
    "name": ("product_name", "item_name", "name", "title", "product"),
    "brand": ("brand", "product_brand"),
    "category": ("category", "product_category", "category_name"),
    "variant": ("variant", "product_variant"),
    "price": ("price", "product_price", "unit_price"),
    "quantity": ("quantity", "product_quantity"),
    "url": ("url", "product_url", "page_url"),
    "image_url": ("image_url", "product_image_url", "product_image"),
}
"""Names of a product's fields that are in general use, for vendors that leave the names to their customers."""

_SEPARATORS: Final = str.maketrans("", "", " _-.")


# Only called with names of limited length, so the cache is bounded in bytes, too.
@lru_cache(maxsize=8_192)
def _fold(name: str) -> str:
    return name.lower().translate(_SEPARATORS)


def fold(name: str) -> str:
    """Return a name in the form in which names are compared; "" for one that is too long for the catalogue."""
    return _fold(name) if len(name) < NAME_LENGTH else ""
