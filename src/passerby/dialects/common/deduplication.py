"""Reads deduplication keys: the ids by which a client marks a call or an event that it sends again."""

from __future__ import annotations

from hashlib import sha256
from string import ascii_letters, digits
from typing import Any, Final

from passerby.dialects.common.ids import ANY_LENGTH, read_id
from passerby.identity.cleaning import clean
from passerby.identity.nothing import BLOCK_LIST

KEY_LIMIT: Final = 128
"""Characters. Real keys have 32 to 60."""
LEAST_USUAL: Final = 20
USUAL_FIRST: Final = frozenset(ascii_letters + digits) - frozenset("0fF")
"""Keys that begin otherwise may be made of zeros or `f` alone, or be a template that was not filled in."""


def read_key(value: Any, call: str = "", limit: int = KEY_LIMIT) -> str:
    """The key in a field or header, or "" where there is none. One of more than `limit` characters becomes its SHA-256.

    A word for nothing (`undefined`, the zero UUID) is none: every message with it would be a repeat of the first one.
    With a `call`, the key counts within that call alone: some clients give one request id to several calls.
    """
    if type(value) is str and LEAST_USUAL <= len(value) <= limit and value[0] in USUAL_FIRST and _is_usual(value):
        return f"{call}:{value}" if call else value
    key = read_id(value, ANY_LENGTH)
    if not key:
        return ""
    key = sha256(key.encode()).hexdigest() if len(key) > limit else clean("", key) or ""
    return f"{call}:{key}" if key and call else key


def _is_usual(key: str) -> bool:
    """Whether `clean` would return a key of a usual length and beginning as it is, which is so of most."""
    return key.isascii() and "{" not in key and not key[-1].isspace() and key.lower() not in BLOCK_LIST
