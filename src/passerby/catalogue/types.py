"""The data types of the catalogue (WebEngage, Tracking Events, guidelines)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from typing import Any, Final, Literal

DataType = Literal["string", "number", "boolean", "date", "array", "object"]

_TYPES: dict[type, DataType] = {bool: "boolean", int: "number", float: "number", list: "array", dict: "object"}
PLAIN: Final[Mapping[DataType, tuple[type, ...]]] = {
    "string": (str,),
    "number": (int, float),
    "boolean": (bool,),
    "date": (),
    "array": (),
    "object": (),
}
"""The Python classes whose values certainly have a type; a string only if it is too short for a date.

Empty for arrays and objects, because their size has to be measured."""

# A date is a point in time: day, time of day and zone, as in `2018-09-15T18:29:00-0800`. A day alone, or a time without
# a zone, is a string, because it is ambiguous.
SHORTEST_DATE = len("2018-09-15T18:29:00Z")
_LONGEST_DATE = len("2018-09-15T18:29:00.123456789+05:30")
_DATE = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]"
    r"(?:\.[0-9]{1,9})?(?:Z|[+-](?:[01][0-9]|2[0-3]):?[0-5][0-9])"
)


def data_type(value: Any) -> DataType | None:
    """Return the type of a JSON value as decoded by `json.loads`; None for null, which is stored and sets no type.

    Integers and fractions are one type, and booleans are separate from them. A string of the form
    `yyyy-MM-ddTHH:mm:ss`, an optional fraction, and `Z`, `±hhmm` or `±hh:mm`, is a date where that day exists; every
    other string is a string.
    """
    if type(value) is str:
        return "date" if len(value) >= SHORTEST_DATE and _is_date(value) else "string"
    return _TYPES[type(value)] if value is not None else None


def _is_date(text: str) -> bool:
    """Return whether a string of at least 20 characters is a date. Length and two characters exclude most others."""
    if len(text) > _LONGEST_DATE or text[10] != "T" or text[4] != "-":
        return False
    if _DATE.fullmatch(text) is None:
        return False
    try:
        date.fromisoformat(text[:10])  # the pattern allows 30 February
    except ValueError:
        return False
    return True
