"""Customer ids that are hashes of e-mail addresses, as some sites and e-mail services send them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from hashlib import md5, sha1, sha256
from typing import Final

_HEX: Final = re.compile(r"[0-9a-fA-F]+")
_UUID: Final = re.compile(r"[0-9a-f]{12}[1-8][0-9a-f]{3}[89ab][0-9a-f]{15}", re.IGNORECASE)
_ALGORITHMS: Final = {32: md5, 40: sha1, 64: sha256}
LENGTHS: Final[tuple[int, ...]] = tuple(_ALGORITHMS)
"""Numbers of hexadecimal digits of the hashes."""


def hash_length(user_id: str) -> int:
    """Return the number of hexadecimal digits of a customer id that may be a hash of an address, else 0."""
    length = len(user_id)
    return length if length in _ALGORITHMS and _HEX.fullmatch(user_id) else 0


def may_be_uuid(user_id: str) -> bool:
    """Return whether a customer id may be a UUID without hyphens. One in eight MD5 hashes has that form, too."""
    return _UUID.fullmatch(user_id) is not None


def hashes(address: str) -> Mapping[int, bytes]:
    """Return the hashes of a folded address, by their number of hexadecimal digits."""
    encoded = address.encode()
    return {length: make(encoded, usedforsecurity=False).digest() for length, make in _ALGORITHMS.items()}
