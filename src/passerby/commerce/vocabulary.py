"""What a dialect calls the facts of a shop, and where in an event it says what they are about.

Vocabularies hold the vendors' own spellings. Names of events and of fields are compared *folded*: in lower case,
without blanks, underscores, dashes and dots. So `Product ID`, `product_id` and `productId` are one word, as they are to
the people who write them.
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
"""Names of fields that say the same, the one to be preferred first."""


class Vocabulary(NamedTuple):
    """One dialect's words.

    `source`: where the vendor's words are documented. `events`: its standard events, by what they mean. `item`: the
    fields of a product. `lists`: the members that hold the products an event is about; `carts`: those with what is in
    the cart or order, a list or an object around one. `value` and `currency`: what the event was worth. `product`: what
    an item's `type` says of a product, where a list holds other things, too.
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
"""Words for a product's fields that are in general use: where a vendor leaves the names to its customers."""

_SEPARATORS: Final = str.maketrans("", "", " _-.")


@lru_cache(maxsize=8_192)
def _fold(name: str) -> str:
    return name.lower().translate(_SEPARATORS)


def fold(name: str) -> str:
    """A name in the form in which words are compared; "" for one that is longer than the catalogue takes."""
    return _fold(name) if len(name) < NAME_LENGTH else ""
