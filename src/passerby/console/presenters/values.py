"""Values that clients send, as pages show them: nested objects as lines, lists of objects as tables, short texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

import msgspec

LINES: Final = 60
"""Lines of an object: clients may nest and repeat as they like, and the raw form has everything."""
ROWS: Final = 50
COLUMNS: Final = 8
"""Rows and columns of a table."""
_ELLIPSIS: Final = "…"


class Table(NamedTuple):
    """A list of objects: its path in the properties, its columns, a row for each, and how many rows are left out."""

    path: str
    columns: list[str]
    rows: list[list[Any]]
    more: int


def flat(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return the leaves of an object with their paths, such as `device.os.name`, in its order, at most LINES.

    Arrays and empty objects are leaves.
    """
    lines = _lines("", value)
    return [line for line, _ in zip(lines, range(LINES), strict=False)]


def _lines(path: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _lines(f"{path}{name}.", inner)
        else:
            yield f"{path}{name}", inner


def tables(properties: dict[str, Any]) -> list[Table]:
    """Return the lists of objects among an event's properties, such as the lines of a cart."""
    found = []
    for path, listed in flat(properties):
        if _is_table(listed):
            shown = listed[:ROWS]
            columns = list(dict.fromkeys(name for one in shown for name in one))[:COLUMNS]
            rows = [[one.get(name, "") for name in columns] for one in shown]
            found.append(Table(path, columns, rows, len(listed) - len(shown)))
    return found


def without_tables(lines: Iterable[tuple[str, Any]]) -> list[tuple[str, Any]]:
    """Return the lines that `tables` makes no table of."""
    return [line for line in lines if not _is_table(line[1])]


def _is_table(value: Any) -> bool:
    return isinstance(value, list) and bool(value) and all(isinstance(one, dict) for one in value)


def text(value: Any) -> str:
    """Return a value as text: a string as it is, anything else as JSON."""
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def as_json(value: Any) -> str:
    """Return a value of the API as indented JSON."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()


def short(value: str, length: int = 18) -> str:
    """Shorten a text to `length` characters in its middle. Both ends of an id stay: they are what people compare."""
    if len(value) <= length:
        return value
    kept = length - len(_ELLIPSIS)
    return value[: kept - kept // 2] + _ELLIPSIS + value[len(value) - kept // 2 :]


def lower_first(label: str) -> str:
    """Return a label as part of a sentence: in lower case, unless it begins with an abbreviation (API key)."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]
