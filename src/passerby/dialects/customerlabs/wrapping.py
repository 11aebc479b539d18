"""Values as the vendor's browser code wraps them: `{"t": type, "v": value, "ib": whether it names somebody}`.

Source: the vendor's own templates for tag managers and shops. The type is the sender's word for it, in any case; a
number or boolean often comes as text.
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
"""What a body with a wrapped value has in it somewhere."""

_BOOLEANS: Final[Mapping[Any, bool]] = {"true": True, "false": False}


class Unwrapped(msgspec.Struct):
    """A value with every wrapped value in it replaced by what it holds.

    `naming` are the members, by name and value, whose wrapping says that they name somebody; `plain` the names of those
    whose wrapping says that they do not.
    """

    value: Any
    naming: list[tuple[str, Any]]
    plain: set[str]


def may_wrap(body: bytes) -> bool:
    """Whether there can be a wrapped value in this body: mostly not, and then none of it needs a look."""
    return _MARK in body


def unwrap(value: Any, *, wrapped: bool = True) -> Unwrapped:
    """The value without its wrappings. `wrapped` is what `may_wrap` says of the body that it is of."""
    found = Unwrapped(value, [], set())
    if wrapped:
        found.value = _unwrap(value, "", found)
    return found


def _unwrap(value: Any, member: str, found: Unwrapped) -> Any:
    if type(value) is list:
        return [_unwrap(element, member, found) for element in value]
    if type(value) is not dict:
        return value
    if VALUE not in value or type(value.get(TYPE)) is not str or not value.keys() <= _MEMBERS:
        return {name: _unwrap(inner, name, found) for name, inner in value.items()}
    inner = _typed(value[TYPE], _unwrap(value[VALUE], member, found))
    names = value.get(NAMES)
    if names is True:
        found.naming.append((member, inner))
    elif names is False:
        found.plain.add(member)
    return inner


def _typed(type_: str, value: Any) -> Any:
    """The value in the type that it is said to have, where its text can be read as one."""
    if type(value) is not str:
        return value
    if type_.lower() == "number":
        return _number(value)
    if type_.lower() == "boolean":
        return _BOOLEANS.get(value.strip().lower(), value)
    return value


def _number(text: str) -> Any:
    """The number that a text is in JSON, or the text."""
    try:
        value = msgspec.json.decode(text)
    except (msgspec.DecodeError, RecursionError):
        return text
    return value if type(value) is int or (type(value) is float and math.isfinite(value)) else text
