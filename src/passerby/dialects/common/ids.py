"""Reads ids as clients send them: as a string, or as a number in place of one."""

from __future__ import annotations

from typing import Any

from passerby.catalogue.rules import sample
from passerby.identity.namespaces import MAX_VALUE_LENGTH
from passerby.messages import Violation

EXACT_LIMIT = 2**53
"""From here on a float does not represent every integer: a rounded id could belong to another user."""

BLOCKED = "blocked_identifier"
"""Kind of violation: a value that cannot be an identifier. The worker counts it under this name."""
WRONG_TYPE = "wrong_type"
"""Kind of violation: a value of another type."""


ANY_LENGTH = 5 << 20
"""As `limit`: the size of the largest body, for a value that is only hashed."""


def read_id(value: Any, limit: int = MAX_VALUE_LENGTH) -> str | None:
    """Return the id in a JSON value: "" for an absent id, None for a value that cannot be an id.

    Null, the empty string and white space are absent. Other strings are returned unchanged. A number becomes its
    decimal string; an integral float (1234.0 from a spreadsheet) that of the integer. A float too large to be exact, a
    boolean, an array and an object are invalid, as is anything longer than `limit` characters; the length is checked
    first, because values are sent by clients.
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
    """Return why `read_id` rejects a value, as the end of a sentence."""
    if type(value) is str or type(value) is int:
        return f"must have at most {limit} characters"
    return "must be a string or a number"


def id_violation(field: str, namespace: str, value: Any) -> Violation:
    """Return the violation of a value that `read_id` rejects: too long, or of another type."""
    if type(value) is str or type(value) is int:
        return Violation(BLOCKED, attribute=namespace, sample=sample(value))
    return Violation(WRONG_TYPE, attribute=field, sample=sample(value))
