"""Segment's write key, which is public, and the places in a request where clients put it."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Iterator
from functools import lru_cache
from typing import Final
from urllib.parse import unquote

from passerby.dialects.common.keys import hexadecimal, member, members, word
from passerby.dialects.dialect import FoundKey, RequestParts

NAME: Final = "segment"
KEY: Final = "writeKey"
"""Name of the path parameter, of the parameter of a query, and of the member of a body."""
KEY_KIND: Final = "segment.write_key"

HEADER_LIMIT: Final = 256
"""Characters of an `Authorization` header; a longer one contains no key of Passerby's and is not cached."""
REMEMBERED: Final = 1_024
"""Size of the cache of these headers."""

KEY_KINDS: Final = (word(KEY_KIND, "Write key", hexadecimal(32)),)

_IN_QUERY: Final = re.compile(rf"(?:^|&){KEY}=([^&]{{1,{HEADER_LIMIT}}})(?:$|&)")
_IN_BODY: Final = member(KEY)


def key_in_query(query: str) -> str:
    """Return the write key in a query, or "". For clients that cannot set headers."""
    found = _IN_QUERY.search(query)
    return unquote(found[1]) if found else ""


def key_in_header(header: str) -> str:
    """Return the write key in a header `Authorization`, or "": see `_key_of`."""
    return _key_of(header) if len(header) <= HEADER_LIMIT else ""


@lru_cache(REMEMBERED)
def _key_of(header: str) -> str:
    """Return the user name of Basic, with or without the colon after it, or the token of Bearer, or ""."""
    scheme, _, value = header.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() != "basic":
        return ""
    try:
        # Padded anyway: some clients leave the padding out, and the decoder ignores what is too much.
        return b64decode(value + "==").decode().partition(":")[0]
    except ValueError:
        return ""


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    """Yield candidate write keys, from each place that can contain one."""
    for value in (
        request.parameters.get(KEY, ""),
        key_in_header(request.headers.get("authorization", "")),
        key_in_query(request.query),
        *members(request.body, _IN_BODY),
    ):
        yield FoundKey(KEY_KIND, value)
