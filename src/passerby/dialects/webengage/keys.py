"""WebEngage's keys: the license code in the path, and a secret API key."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from passerby.dialects.common.keys import hexadecimal, secret, word
from passerby.dialects.dialect import FoundKey, RandomBytes, RequestParts

NAME: Final = "webengage"
LICENSE: Final = "license"
"""Name of the path parameter."""
LICENSE_KIND: Final = "webengage.license_code"
KEY_KIND: Final = "webengage.api_key"


def _license_code(random: RandomBytes) -> str:
    # With a tilde, as the vendor's own have it: a client that breaks on one should break in its first test.
    return "~" + hexadecimal(8)(random)


KEY_KINDS: Final = (word(LICENSE_KIND, "License code", _license_code), secret(KEY_KIND, "API key"))


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    """Yield the license code. The API key tells nothing, because it is checked against one license's."""
    yield FoundKey(LICENSE_KIND, request.parameters.get(LICENSE, ""))
