"""WebEngage's keys: the license code in the path, and a secret API key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from passerby.dialects.common.keys import hexadecimal, secret, word
from passerby.dialects.dialect import FoundKey, RequestParts

NAME: Final = "webengage"
LICENSE: Final = "license"
"""Name of the path parameter."""
LICENSE_KIND: Final = "webengage.license_code"
KEY_KIND: Final = "webengage.api_key"


KEY_KINDS: Final = (
    # With a tilde, as the vendor's own have it: a client that breaks on one should break in its first test.
    word(LICENSE_KIND, "License code", lambda random: "~" + hexadecimal(8)(random)),
    secret(KEY_KIND, "API key"),
)


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    """Yield the license code. The API key finds nothing, because it is checked against that of one license."""
    yield FoundKey(LICENSE_KIND, request.parameters.get(LICENSE, ""))
