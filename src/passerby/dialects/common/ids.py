"""Reads the value of an id as clients really send it: a string, or a number that stands for one."""

from __future__ import annotations

from typing import Any

from passerby.catalogue.rules import sample
from passerby.identity.namespaces import MAX_VALUE_LENGTH
from passerby.messages import Violation

EXACT_LIMIT = 2**53
"""From here on a float cannot tell neighbouring integers apart: such an id could be another person's."""

BLOCKED = "blocked_identifier"
"""The kind of violation that a value is which cannot be an identifier, as the worker counts it."""
WRONG_TYPE = "wrong_type"
"""The kind of violation that a value of another type is."""


ANY_LENGTH = 5 << 20
"""As `limit`: whatever a body can hold, for a value that is only hashed."""


def read_id(value: Any, limit: int = MAX_VALUE_LENGTH) -> str | None:
    """The id that a JSON value stands for: "" where it says there is none, None where it cannot be an id.

    There is none in null, in an empty string and in one of white space alone. Other strings are ids as they are. A
    number becomes its string, an integral float (a spreadsheet's 1234.0) that of the integer; a float too large to be
    exact, a boolean, an array or an object is no id. Nor is anything of more than `limit` characters, which is found
    out before any work is done on it.
    """
    if type(value) is str:
        if len(value) > limit:
            return None
        return "" if value.isspace() else value
    if value is None:
        return ""
    if type(value) is int:
        text = str(value)
        return text if len(text) <= limit else None
    if type(value) is float and abs(value) < EXACT_LIMIT:
        return str(int(value)) if value.is_integer() else str(value)
    return None


def id_problem(value: Any, limit: int = MAX_VALUE_LENGTH) -> str:
    """Why a value is no id for `read_id`, as the end of a sentence."""
    if type(value) is str or type(value) is int:
        return f"must have at most {limit} characters"
    return "must be a string or a number"


def id_violation(field: str, namespace: str, value: Any) -> Violation:
    """The violation of a value that is no id for `read_id`: too long, or of another type."""
    if type(value) is str or type(value) is int:
        return Violation(BLOCKED, attribute=namespace, sample=sample(value))
    return Violation(WRONG_TYPE, attribute=field, sample=sample(value))
