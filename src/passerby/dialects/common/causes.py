"""The causes of request faults: what exactly was wrong, as a code with parameters, and the text of each for answers.

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
    "batch_items": "A batch takes at most {limit:,} items",
    "data_not_json": "data is neither JSON nor base64",
    "empty_body": "The body is empty",
    "malformed": "{problem}",
    "malformed_at": "{problem} (character {position})",
    "not_gzip": "It is not gzip",
    "not_yet_applied": "What was accepted before is not applied yet",
    "query_attributes": "They are in the query",
    "query_not_utf8": "The query is not",
    "repeated_encoding": "It is packed more than once",
    "shared_size": "context and integrations come to more than {limit:,} bytes in {items:,} items",
    "stored_size": "What it comes to has more than {limit:,} bytes",
    "truncated_gzip": "It ends too early",
    "unknown_encoding": "Only gzip is understood",
}
"""`problem` is the JSON decoder's message, `position` a number of characters, `limit` a number of items or bytes."""


class Cause(msgspec.Struct, frozen=True, omit_defaults=True):
    """What exactly was wrong with a request."""

    code: CauseCode
    params: Mapping[str, str | int] = {}


def detail(cause: Cause | None) -> str:
    """Return the text of a cause; "" for none."""
    return "" if cause is None else TEXTS[cause.code].format(**cause.params)
