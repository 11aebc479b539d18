"""CrossEngage's keys: a public one in the path of mobile calls, and the secret token of the REST API."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from passerby.dialects.common.keys import hexadecimal, secret, word
from passerby.dialects.dialect import FoundKey, RequestParts

NAME: Final = "crossengage"
KEY: Final = "mobileApiKey"
"""Name of the path parameter."""
KEY_KIND: Final = "crossengage.mobile_api_key"
TOKEN_KIND: Final = "crossengage.auth_token"  # noqa: S105 - the name of a kind of keys
TOKEN_HEADER: Final = "x-xng-authtoken"  # noqa: S105 - the name of a header

KEY_KINDS: Final = (
    word(KEY_KIND, "Mobile API key", hexadecimal(32)),
    secret(TOKEN_KIND, "REST API token"),
)


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    """Yield the token, or without one the key in the path."""
    if token := request.headers.get(TOKEN_HEADER):
        yield FoundKey(TOKEN_KIND, token)
    else:
        yield FoundKey(KEY_KIND, request.parameters.get(KEY, ""))
