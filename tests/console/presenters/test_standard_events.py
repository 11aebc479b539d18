"""Standard events and items as the pages show them."""

from __future__ import annotations

from typing import Any

from passerby.console.presenters import standard_events
from passerby.messages import Item, Semantic

SHOES = Item(id="p-1", name="Running Shoes", quantity=2, price=39.8)


def test_a_standard_event_has_a_label_in_words() -> None:
    assert standard_events.standard("product_viewed") == "Product viewed"


def test_an_item_shows_its_name_and_a_quantity_other_than_one() -> None:
    assert standard_events.item(SHOES) == "2 \N{MULTIPLICATION SIGN} Running Shoes"
    assert standard_events.item(Item(sku="S-1", quantity=1)) == "S-1"
    assert standard_events.item(Item(id="p-1")) == "p-1"


def test_items_are_a_table_of_the_columns_that_any_has() -> None:
    items = [SHOES, Item(sku="S-2", price=5)] + [Item(id=str(n)) for n in range(60)]
    table = standard_events.item_table(Semantic(name="purchased", items=items, value=84.6, currency="EUR"))
    assert table.columns == ["id", "sku", "name", "quantity", "price"]
    assert table.rows[:2] == [["p-1", None, "Running Shoes", 2, 39.8], [None, "S-2", None, None, 5]]
    assert (len(table.rows), table.more) == (50, 12)


def test_lists_of_objects_are_tables_and_everything_else_is_lines() -> None:
    properties: dict[str, Any] = {"total": 9, "cart": {"lines": [{"a": 1}, {"b": 2}]}, "tags": ["x"], "none": []}
    (table,) = standard_events.tables(properties)
    assert (table.path, table.columns, table.rows, table.more) == ("cart.lines", ["a", "b"], [[1, ""], ["", 2]], 0)
    assert standard_events.plain([("total", 9), ("lines", [{"a": 1}]), ("tags", ["x"])]) == [
        ("total", 9),
        ("tags", ["x"]),
    ]
