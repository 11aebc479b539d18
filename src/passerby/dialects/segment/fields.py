"""Reads the fields of an item as leniently as Segment's API does, and says what could not be read."""

from __future__ import annotations

from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.messages import Violation

MISSING: Final = "missing_field"
WRONG_TYPE: Final = "wrong_type"
"""Kinds of violation."""


def missing(field: str) -> Violation:
    """The violation of an item that lacks this field."""
    return Violation(MISSING, attribute=field)


def wrong(field: str, value: Any) -> Violation:
    """The violation of an item with a value of this field that cannot be read; "" means the item itself."""
    return Violation(WRONG_TYPE, attribute=field, sample=sample(value))


def object_of(value: Any) -> dict[str, Any] | None:
    """An object, empty where there is none; None for anything else."""
    if type(value) is dict:
        return value
    return {} if value in (None, "", []) else None


def object_or_nothing(fields: dict[str, Any], field: str, odd: list[Violation]) -> dict[str, Any]:
    """The object in a field that an item can do without."""
    value = fields.get(field)
    found = object_of(value)
    if found is None:
        odd.append(wrong(field, value))
        return {}
    return found
