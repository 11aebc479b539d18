"""Unwraps values of the vendor's browser code: `{"t": type, "v": value, "ib": whether it is an identifier}`.

Source: the vendor's own templates for tag managers and shops. Names of types are in any case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any, Final

import msgspec

VALUE: Final = "v"
TYPE: Final = "t"
NAMES: Final = "ib"
_MEMBERS: Final = frozenset({VALUE, TYPE, NAMES})
_MARK: Final = b'"v"'
"""Every body with a wrapped value contains this text."""

_BOOLEANS: Final[Mapping[Any, bool]] = {"true": True, "false": False}


class Unwrapped(msgspec.Struct):
    """A value with all wrapped values replaced by their content.

    `marked` are the members, by name and value, that are marked as identifiers; `plain` the names of those marked as
    no identifiers.
    """

    value: Any
    marked: list[tuple[str, Any]]
    plain: set[str]


def may_wrap(body: bytes) -> bool:
    """Return whether the body may contain a wrapped value. Mostly not: then the traversal is skipped."""
    return _MARK in body


def unwrap(value: Any, *, wrapped: bool = True) -> Unwrapped:
    """Unwrap a value. `wrapped` is the result of `may_wrap` for its body."""
    found = Unwrapped(value, [], set())
    if wrapped:
        found.value = _unwrap(value, "", found)
    return found


def _unwrap(value: Any, member: str, found: Unwrapped) -> Any:
    if type(value) is list:
        return [_unwrap(element, member, found) for element in value]
    if type(value) is not dict:
        return value
    # An object with other members is the sender's own, whatever it calls them.
    if VALUE not in value or type(value.get(TYPE)) is not str or not value.keys() <= _MEMBERS:
        return {name: _unwrap(inner, name, found) for name, inner in value.items()}
    inner = _unwrap(value[VALUE], member, found)
    type_ = value[TYPE].lower()
    # Numbers and booleans often come as text: read as the stated type, or kept as the text.
    if type_ == "number" and type(inner) is str:
        try:
            number = msgspec.json.decode(inner)
        except (msgspec.DecodeError, RecursionError):
            number = None
        if type(number) is int or (type(number) is float and math.isfinite(number)):
            inner = number
    elif type_ == "boolean" and type(inner) is str:
        inner = _BOOLEANS.get(inner.strip().lower(), inner)
    names = value.get(NAMES)
    if names is True:
        found.marked.append((member, inner))
    elif names is False:
        found.plain.add(member)
    return inner
