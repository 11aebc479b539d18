"""Reading standard events: products in every position, numbers in every format, nothing invented."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from passerby.commerce.reading import ITEMS, REMEMBERED_CHARACTERS
from passerby.dialects.commerce import name_of, semantic_of
from passerby.messages import Item, Semantic


def said(name: str, properties: dict[str, Any], dialect: str = "segment") -> Semantic:
    found = semantic_of(dialect, name, properties)
    assert found is not None
    return found


class TestWhichEvents:
    def test_an_event_of_no_shop_means_nothing(self) -> None:
        assert semantic_of("segment", "Song Played", {"product_id": "1"}) is None

    def test_an_unknown_dialect_means_nothing(self) -> None:
        assert semantic_of("fax", "Order Completed", {}) is None

    @pytest.mark.parametrize("spelling", ["Order Completed", "order completed", "order_completed", "OrderCompleted"])
    def test_spelling_does_not_matter(self, spelling: str) -> None:
        assert said(spelling, {}).name == "purchased"

    def test_a_name_longer_than_names_may_be_is_none(self) -> None:
        assert semantic_of("segment", "Order Completed" + " " * 50, {}) is None

    def test_a_name_means_what_it_means_in_the_dialects_that_know_it(self) -> None:
        assert name_of("Completed Order") == "purchased"
        assert name_of("Song Played") is None


class TestProducts:
    def test_a_product_at_the_top_level_is_the_viewed_one(self) -> None:
        properties = {"sku": "A-1", "name": "Lamp", "price": 39.8, "colour": "red"}
        assert said("Product Viewed", properties).items == [Item(sku="A-1", name="Lamp", price=39.8)]

    def test_a_list_counts_before_the_top(self) -> None:
        properties = {"name": "basket", "products": [{"sku": "A-1"}]}
        assert said("Product Added", properties).items == [Item(sku="A-1")]

    def test_an_object_in_place_of_a_list_is_one_product(self) -> None:
        assert said("Order Completed", {"products": {"sku": "A-1"}}).items == [Item(sku="A-1")]

    def test_a_product_may_be_an_object_within_its_line(self) -> None:
        properties = {"cart": [{"quantity": 2, "product": {"id": 7, "name": "Lamp"}}]}
        assert said("Cart Viewed", properties).items == [Item(id="7", name="Lamp", quantity=2)]

    def test_a_cart_that_is_only_named_holds_nothing(self) -> None:
        assert said("Cart Viewed", {"cart": "c-1", "order": [{"sku": "A-1"}]}).items == [Item(sku="A-1")]
        assert said("Cart Viewed", {"cart": "c-1"}).items == []

    def test_a_product_may_be_an_object_at_the_top(self) -> None:
        assert said("Product Viewed", {"product": {"id": "p-7"}}).items == [Item(id="p-7")]

    def test_what_is_in_the_cart_was_not_put_into_it_now(self) -> None:
        properties = {"sku": "A-1", "cart": {"products": [{"sku": "B-1"}, {"sku": "B-2"}], "total": 12}}
        added = said("Added Product", properties, "crossengage")
        assert added.items == [Item(sku="A-1")]
        assert added.value is None
        assert said("Added Product", {"cart": [{"sku": "B-1"}]}, "crossengage").items == []

    def test_what_is_in_the_cart_is_what_was_bought(self) -> None:
        cart = {"products": [{"sku": "B-1"}], "total": "12.50", "currency": "eur"}
        bought = said("Completed Order", {"orderId": "1", "cart": cart}, "crossengage")
        assert bought == Semantic(name="purchased", items=[Item(sku="B-1")], value=12.5, currency="EUR")

    def test_the_top_of_an_order_is_no_product(self) -> None:
        assert said("Order Completed", {"id": "order-1", "name": "Order"}).items == []

    def test_lines_that_say_of_no_product_are_passed_over(self) -> None:
        assert said("Order Completed", {"products": [{"price": 1}, "A-1", None, {"sku": "A-1"}]}).items == [
            Item(sku="A-1")
        ]

    def test_of_many_products_the_first_are_read(self) -> None:
        lines = [{"sku": str(number)} for number in range(ITEMS + 1)]
        assert said("Order Completed", {"products": lines}).items[-1] == Item(sku=str(ITEMS - 1))

    def test_business_objects_that_are_no_products_are_passed_over(self) -> None:
        items = [{"type": "promotion_code", "id": "X"}, {"type": "product", "id": "p"}, {"id": "q"}]
        assert said("promotion_code/used", {"items": items[:1]}, "antsomi").items == []
        assert said("product/view_cart", {"items": items}, "antsomi").items == [Item(id="p"), Item(id="q")]

    def test_an_object_with_very_long_names_is_read_as_well(self) -> None:
        long = {"x" * REMEMBERED_CHARACTERS: 1}
        assert said("Product Viewed", {**long, "sku": "A-1"}).items == [Item(sku="A-1")]


class TestValues:
    @pytest.mark.parametrize(
        "sent, read",
        [
            (12, 12),
            (12.5, 12.5),
            ("12", 12),
            (" 12.50 ", 12.5),
            ("-3", -3),
            ("12,50", None),
            ("1e3", None),
            ("free", None),
            (True, None),
            (None, None),
            ({}, None),
            (float("inf"), None),
            (float("nan"), None),
            (10**15, None),
            ("9" * 16, None),
        ],
    )
    def test_numbers_may_be_text_and_nothing_else(self, sent: object, read: object) -> None:
        found = said("Order Completed", {"value": sent, "products": [{"sku": "A", "price": sent}]})
        assert found.value == read
        assert type(found.value) is type(read)
        assert found.items == [Item(sku="A", price=found.value)]

    @pytest.mark.parametrize(
        "sent, read",
        [("A", "A"), (7, "7"), ("", None), ("  ", None), (7.5, None), (True, None), ([], None), ("x" * 1000, None)],
    )
    def test_ids_may_be_whole_numbers(self, sent: object, read: str | None) -> None:
        items = said("Product Viewed", {"name": "Lamp", "id": sent}).items
        assert items == [Item(name="Lamp", id=read)]

    def test_what_cannot_be_read_gives_way_to_the_next_of_its_words(self) -> None:
        assert said("Order Completed", {"value": "?", "total": "", "revenue": 3}).value == 3

    @pytest.mark.parametrize("sent, read", [("usd", "USD"), ("€", None), ("US-Dollar", None), (840, None)])
    def test_a_currency_is_a_code_of_three_letters(self, sent: object, read: str | None) -> None:
        assert said("Order Completed", {"currency": sent}).currency == read

    def test_the_currency_of_all_products_is_the_events(self) -> None:
        lines = [{"sku": "A", "currency": "EUR"}, {"sku": "B", "currency": "EUR"}]
        assert said("Order Completed", {"products": lines}).currency == "EUR"

    @pytest.mark.parametrize("other", [{}, {"currency": "USD"}])
    def test_products_that_differ_have_no_common_currency(self, other: dict[str, str]) -> None:
        lines = [{"sku": "A", "currency": "EUR"}, {"sku": "B", **other}]
        assert said("Order Completed", {"products": lines}).currency is None

    def test_unset_fields_are_left_out_of_the_json(self) -> None:
        written = msgspec.json.decode(msgspec.json.encode(said("Product Viewed", {"sku": "A"})))
        assert written == {"name": "product_viewed", "items": [{"sku": "A"}], "value": None, "currency": None}
