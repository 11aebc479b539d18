"""Reads the value of an id as clients really send it: a string, or a number that stands for one."""

from __future__ import annotations

from typing import Any

EXACT_LIMIT = 2**53
"""From here on a float cannot tell neighbouring integers apart: such an id could be another person's."""


def read_id(value: Any) -> str | None:
    """The id that a JSON value stands for: "" where it says there is none, None where it cannot be an id.

    There is none in null, in an empty string and in one of white space alone. Other strings are ids as they are. A
    number becomes its string, an integral float (a spreadsheet's 1234.0) that of the integer; a float too large to be
    exact, a boolean, an array or an object is no id.
    """
    if type(value) is str:
        return "" if value.isspace() else value
    if value is None:
        return ""
    if type(value) is int:
        return str(value)
    if type(value) is float and abs(value) < EXACT_LIMIT:
        return str(int(value)) if value.is_integer() else str(value)
    return None
