"""Reads fields of an item as leniently as Segment's API does, and reports violations."""

from __future__ import annotations

from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.messages import Violation

MISSING: Final = "missing_field"
WRONG_TYPE: Final = "wrong_type"
"""Kinds of violation."""


def missing(field: str) -> Violation:
    """Return the violation of an item without this field."""
    return Violation(MISSING, attribute=field)


def wrong(field: str, value: Any) -> Violation:
    """Return the violation of an unreadable value of this field; "" is the item itself."""
    return Violation(WRONG_TYPE, attribute=field, sample=sample(value))


def object_of(value: Any) -> dict[str, Any] | None:
    """Return an object, {} if absent, None for anything else."""
    if type(value) is dict:
        return value
    return {} if value in (None, "", []) else None


def object_or_nothing(fields: dict[str, Any], field: str, odd: list[Violation]) -> dict[str, Any]:
    """Return the object in an optional field; {} with a violation for anything else."""
    value = fields.get(field)
    found = object_of(value)
    if found is None:
        odd.append(wrong(field, value))
        return {}
    return found
