"""Reads single values as clients send them: ids, deduplication keys, flags, objects, contacts."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from hashlib import sha256
from typing import Any, Final

from passerby.catalogue.rules import sample
from passerby.identity.cleaning import clean
from passerby.identity.namespaces import MAX_VALUE_LENGTH
from passerby.identity.placeholders import BLOCK_LIST
from passerby.messages import Violation

EXACT_LIMIT: Final = 2**53
"""From here on a float does not represent every integer: a rounded id could belong to another user."""
ANY_LENGTH: Final = 5 << 20
"""As `limit`: the size of the largest body, for a value that is only hashed."""
ID_LIMIT: Final = 512
"""Characters of an id, an email, a business unit or the name of an event where the vendor names no limit."""

BLOCKED: Final = "blocked_identifier"
"""Kind of violation: a value that cannot be an identifier. The worker counts it under this name."""
WRONG_TYPE: Final = "wrong_type"
"""Kind of violation: a value of another type."""

KEY_LIMIT: Final = 128
"""Characters of a deduplication key. Real keys have 32 to 60."""
_USUAL: Final = re.compile(r"[0fF-]*[1-9a-eg-zA-EG-Z][0-9A-Za-z._:-]*")
"""Keys that `clean` returns as they are unless they are on the block list: UUIDs and most others. They hold a letter or
digit other than `0` and `f`, and no character of a template, a quote or a bracket."""
_is_usual = _USUAL.fullmatch

YES: Final = frozenset({"true", "1", "yes", "on"})
NO: Final = frozenset({"false", "0", "no", "off"})
LONGEST_FLAG: Final = 16
"""Characters; longer text is no flag and is not lower-cased."""

PHONE_DIGITS: Final = 5
"""No phone number has fewer."""
PLAUSIBLE: Final[Mapping[str, Callable[[str], bool]]] = {
    "email": lambda value: "@" in value,
    "phone": lambda value: sum(map(str.isdigit, value)) >= PHONE_DIGITS,
}
"""Checks of contacts by their namespace, for calls in which any value may be sent as one: a placeholder that many users
have as their contact would merge their profiles."""


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


def read_key(value: Any, call: str = "", limit: int = KEY_LIMIT) -> str:
    """Return the deduplication key in a field or header, or "": an id that a client repeats when it sends again.

    A key of more than `limit` characters is replaced by its SHA-256. A placeholder (`undefined`, the zero UUID) is no
    key: every message with it would be dropped as a duplicate of the first. With a `call`, the key is valid within that
    call only: some clients reuse one request id for several calls.
    """
    # Fast path: `clean` costs several times as much as the rest, for every message.
    if type(value) is str and len(value) <= limit and _is_usual(value) and value.lower() not in BLOCK_LIST:
        return f"{call}:{value}" if call else value
    key = read_id(value, ANY_LENGTH)
    if not key:
        return ""
    key = sha256(key.encode()).hexdigest() if len(key) > limit else clean("", key) or ""
    return f"{call}:{key}" if key and call else key


def says_yes(value: Any) -> bool:
    """Return whether a flag is true: a boolean, a number, or either as text. Other values are not false either."""
    return _spelt(value) in YES


def says_no(value: Any) -> bool:
    """Return whether a flag is false."""
    return _spelt(value) in NO


def _spelt(value: Any) -> str:
    if type(value) is str:
        return value.strip().lower() if len(value) <= LONGEST_FLAG else ""
    if type(value) in (bool, int, float) and value in (0, 1):
        return "1" if value else "0"
    return ""


def object_of(value: Any) -> dict[str, Any] | None:
    """Return an object, {} if absent, None for anything else. PHP encodes an empty object as `[]`."""
    if type(value) is dict:
        return value
    return {} if value in (None, "", []) else None
