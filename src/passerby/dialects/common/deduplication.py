"""Reads deduplication keys: ids that a client repeats when it sends a call or an event again."""

from __future__ import annotations

import re
from hashlib import sha256
from typing import Any, Final

from passerby.dialects.common.ids import ANY_LENGTH, read_id
from passerby.identity.cleaning import clean
from passerby.identity.placeholders import BLOCK_LIST

KEY_LIMIT: Final = 128
"""Characters. Real keys have 32 to 60."""
_USUAL: Final = re.compile(r"[0fF-]*[1-9a-eg-zA-EG-Z][0-9A-Za-z._:-]*")
"""Keys that `clean` returns as they are unless they are on the block list: UUIDs and most others. They hold a letter or
digit other than `0` and `f`, and no character of a template, a quote or a bracket."""
_is_usual = _USUAL.fullmatch


def read_key(value: Any, call: str = "", limit: int = KEY_LIMIT) -> str:
    """Return the key in a field or header, or "". A key of more than `limit` characters is replaced by its SHA-256.

    A placeholder (`undefined`, the zero UUID) is no key: every message with it would be dropped as a duplicate of the
    first. With a `call`, the key is valid within that call only: some clients reuse one request id for several calls.
    """
    if type(value) is str and len(value) <= limit and _is_usual(value) and value.lower() not in BLOCK_LIST:
        return f"{call}:{value}" if call else value
    key = read_id(value, ANY_LENGTH)
    if not key:
        return ""
    key = sha256(key.encode()).hexdigest() if len(key) > limit else clean("", key) or ""
    return f"{call}:{key}" if key and call else key
