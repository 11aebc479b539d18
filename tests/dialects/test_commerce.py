"""The vendors' documented examples yield the same standard events; fuzzed events never yield invented values."""

from __future__ import annotations

from typing import Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.commerce.vocabulary import fold
from passerby.dialects.commerce import VOCABULARIES, name_of, semantic_of
from passerby.messages import Item, Semantic, StandardEvent

WORDS = sorted({word for words in VOCABULARIES.values() for names in words.events.values() for word in names})
FIELDS = sorted(
    {
        name
        for words in VOCABULARIES.values()
        for names in (*words.item.values(), words.lists, words.carts, words.value, words.currency, ("type", "product"))
        for name in names
    }
)

EXAMPLES: dict[str, tuple[str, str, dict[str, Any], Semantic]] = {
    "WebEngage, Tracking Events": (
        "webengage",
        "Added to Cart",
        {
            "Product ID": 1337,
            "Price": 39.80,
            "Quantity": 1,
            "Product": "Givenchy Pour Homme Cologne",
            "Category": "Fragrance",
            "Currency": "USD",
        },
        Semantic(
            name="added_to_cart",
            items=[Item(id="1337", name="Givenchy Pour Homme Cologne", category="Fragrance", price=39.8, quantity=1)],
            value=None,
            currency="USD",
        ),
    ),
    "CustomerLabs, Mobile Tracking API": (
        "customerlabs",
        "Purchase",
        {
            "value": 100,
            "currency": "USD",
            "transaction_id": "TXN-12345",
            "shipping": 10,
            "tax": 10,
            "products": [
                {
                    "product_id": "SKU-001",
                    "product_name": "Running Shoes",
                    "product_price": 100,
                    "product_quantity": 1,
                }
            ],
        },
        Semantic(
            name="purchased",
            items=[Item(id="SKU-001", name="Running Shoes", price=100, quantity=1)],
            value=100,
            currency="USD",
        ),
    ),
    "Antsomi, purchase": (
        "antsomi",
        "product/purchase",
        {
            "order_id": "977895452",
            "revenue": 4999000,
            "items": [
                {
                    "type": "product",
                    "id": "864115",
                    "name": "Television",
                    "sku": "5261971730647",
                    "brand": "Example",
                    "main_category": "Electronics",
                    "category_level_1": "Television",
                    "price": 4999000,
                    "quantity": 1,
                }
            ],
            "dims": {"payment": {"id": "1", "name": "Online payment"}},
        },
        Semantic(
            name="purchased",
            items=[
                Item(
                    id="864115",
                    sku="5261971730647",
                    name="Television",
                    brand="Example",
                    category="Electronics",
                    price=4999000,
                    quantity=1,
                )
            ],
            value=4999000,
            currency=None,
        ),
    ),
    "Segment, Order Completed": (
        "segment",
        "Order Completed",
        {
            "order_id": "50314b8e9bcf000000000000",
            "total": 27.5,
            "revenue": 25.0,
            "currency": "USD",
            "products": [
                {"product_id": "507f1f77bcf86cd799439011", "sku": "45790-32", "price": 19, "quantity": 1, "position": 1}
            ],
        },
        Semantic(
            name="purchased",
            items=[Item(id="507f1f77bcf86cd799439011", sku="45790-32", price=19, quantity=1)],
            value=27.5,
            currency="USD",
        ),
    ),
    "CrossEngage, Completed Order": (
        "crossengage",
        "Completed Order",
        {
            "orderId": "1",
            "total": 30,
            "currency": "USD",
            "products": [{"sku": "45790-32", "name": "Game", "price": 19}],
        },
        Semantic(name="purchased", items=[Item(sku="45790-32", name="Game", price=19)], value=30, currency="USD"),
    ),
}


@pytest.mark.parametrize("example", EXAMPLES)
def test_a_vendors_example_means_what_it_says(example: str) -> None:
    dialect, name, properties, meaning = EXAMPLES[example]
    assert semantic_of(dialect, name, properties) == meaning


@pytest.mark.parametrize("meaning", get_args(StandardEvent))
def test_every_meaning_has_a_name_in_some_dialect(meaning: StandardEvent) -> None:
    assert any(meaning in words.events for words in VOCABULARIES.values())


def test_who_bought_can_be_asked_of_every_dialect() -> None:
    assert all("purchased" in words.events for words in VOCABULARIES.values())


@pytest.mark.parametrize("word", WORDS)
def test_no_two_dialects_mean_different_things_by_one_name(word: str) -> None:
    meanings = {
        name
        for words in VOCABULARIES.values()
        for name, names in words.events.items()
        if fold(word) in map(fold, names)
    }
    assert meanings == {name_of(word)}


def texts(value: Any) -> set[str]:
    """Every text and number in a value, as text."""
    if type(value) is dict:
        return {text for inner in value.values() for text in texts(inner)}
    if type(value) is list:
        return {text for inner in value for text in texts(inner)}
    return {value.strip(), value.upper(), value} if type(value) is str else {str(value)}


SENT = st.dictionaries(
    st.sampled_from(FIELDS) | st.text(max_size=5),
    st.recursive(
        st.none()
        | st.booleans()
        | st.text()
        | st.sampled_from(["12", "12.50", "usd", "product"])
        | st.integers(0, 99)
        | st.floats(),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=6),
        max_leaves=12,
    ),
    max_size=8,
)


@given(st.sampled_from(sorted(VOCABULARIES)), st.sampled_from(WORDS) | st.text(max_size=60), SENT)
def test_reading_never_fails_and_says_only_what_was_sent(dialect: str, name: str, sent: dict[str, Any]) -> None:
    before = msgspec.msgpack.encode(sent)
    meaning = semantic_of(dialect, name, sent)
    assert msgspec.msgpack.encode(sent) == before
    if meaning is None:
        return
    written = msgspec.json.encode(meaning)
    assert msgspec.json.decode(written, type=Semantic) == meaning
    numbers = {float(text) for text in texts(sent) if is_number(text)}
    for said in (meaning.value, *(n for item in meaning.items for n in (item.price, item.quantity))):
        assert said is None or float(said) in numbers
    assert meaning.currency is None or meaning.currency in texts(sent)
    for item in meaning.items:
        words = {item.id, item.sku, item.name, item.brand, item.category, item.variant, item.url, item.image_url}
        assert words - {None} <= texts(sent)


def is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
