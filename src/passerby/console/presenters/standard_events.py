"""Standard events and lists of items, as the pages show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

from passerby.console.presenters.flat import flat
from passerby.messages import Item, Semantic

ROWS: Final = 50
COLUMNS: Final = 8
_ITEM: Final = ("id", "sku", "name", "brand", "category", "variant", "quantity", "price")
"""The fields of an item that have a column; addresses stay in the raw form."""


class Table(NamedTuple):
    """A list of objects: its path in the properties, its columns, a row for each, and how many rows are left out."""

    path: str
    columns: list[str]
    rows: list[list[Any]]
    more: int


def standard(name: str) -> str:
    """The label of a standard event: `product_viewed` is "Product viewed"."""
    return f"{name[:1].upper()}{name[1:].replace('_', ' ')}"


def item(one: Item) -> str:
    """An item in a few words, with its quantity where that is not 1."""
    name = one.name or one.sku or one.id or ""
    return f"{one.quantity} \N{MULTIPLICATION SIGN} {name}" if one.quantity not in {None, 1} else name


def item_table(semantic: Semantic) -> Table:
    """The items of a standard event, with the columns that any of them has."""
    columns = [field for field in _ITEM if any(getattr(one, field) is not None for one in semantic.items)]
    rows = [[getattr(one, field) for field in columns] for one in semantic.items[:ROWS]]
    return Table("", columns, rows, max(len(semantic.items) - ROWS, 0))


def tables(properties: dict[str, Any]) -> list[Table]:
    """The lists of objects among an event's properties."""
    return [_table(path, value) for path, value in flat(properties) if _is_table(value)]


def plain(lines: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """The properties that are no lists of objects."""
    return [line for line in lines if not _is_table(line[1])]


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def _table(path: str, listed: list[dict[str, Any]]) -> Table:
    shown = listed[:ROWS]
    columns = list(dict.fromkeys(name for one in shown for name in one))[:COLUMNS]
    return Table(path, columns, [[one.get(name, "") for name in columns] for one in shown], len(listed) - len(shown))
