"""Nested values in lines: `device.os.name` and what it is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

import msgspec

LINES: Final = 60
"""A client may nest what it likes; what is beyond so many lines is in the raw form."""


def flat(value: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """The leaves of an object by their paths, in its order. Arrays and empty objects are leaves."""
    lines = _lines("", value)
    return [line for line, _ in zip(lines, range(LINES), strict=False)]


def _lines(path: str, value: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    for name, inner in value.items():
        if isinstance(inner, dict) and inner:
            yield from _lines(f"{path}{name}.", inner)
        else:
            yield f"{path}{name}", inner


def text(value: Any) -> str:
    """A leaf as text: a string is itself, anything else its JSON."""
    if isinstance(value, str):
        return value
    return msgspec.json.encode(value).decode()


def as_json(value: Any) -> str:
    """A value of the API as its JSON, indented."""
    return msgspec.json.format(msgspec.json.encode(value), indent=2).decode()
