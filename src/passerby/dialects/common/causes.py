"""Causes of request faults: what exactly was wrong, as a code with parameters, and the text of each for answers.

A cause is stored with a rejected request, so codes are never renamed or reused. The texts are part of the dialects'
answers to clients.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal

import msgspec

CauseCode = Literal[
    "batch_items",
    "data_not_json",
    "empty_body",
    "malformed",
    "malformed_at",
    "not_gzip",
    "not_yet_applied",
    "query_attributes",
    "query_not_utf8",
    "repeated_encoding",
    "shared_size",
    "stored_size",
    "truncated_gzip",
    "unknown_encoding",
]

TEXTS: Final[Mapping[CauseCode, str]] = {
    "batch_items": "A batch may have at most {limit:,} items",
    "data_not_json": "data is neither JSON nor base64",
    "empty_body": "The body is empty",
    "malformed": "{problem}",
    "malformed_at": "{problem} (character {position})",
    "not_gzip": "It is not gzip",
    "not_yet_applied": "Earlier requests are not applied yet",
    "query_attributes": "They are in the query",
    "query_not_utf8": "The query has invalid bytes",
    "repeated_encoding": "It has several encodings",
    "shared_size": "context and integrations have more than {limit:,} bytes when they are copied to {items:,} items",
    "stored_size": "Its messages would have more than {limit:,} bytes",
    "truncated_gzip": "The gzip stream is truncated",
    "unknown_encoding": "Only gzip is supported",
}
"""`problem` is the JSON decoder's message, `position` a number of characters, `limit` a number of items or bytes."""


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """What exactly was wrong with a request."""

    code: CauseCode
    params: Mapping[str, str | int] = {}


def detail(cause: Cause | None) -> str:
    """Return the text of a cause; "" for none."""
    return "" if cause is None else TEXTS[cause.code].format(**cause.params)
