"""Checks ids that callers send."""

from __future__ import annotations

import re
from typing import Final

from passerby.services.errors import not_found

_UUID: Final = re.compile("[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def uuid_of(text: str, what: str) -> str:
    """Return the canonical form of an id. Raises NotFound for a text that is not a UUID: nothing can have that id."""
    lowered = text.lower()
    if not _UUID.fullmatch(lowered):
        raise not_found(what)
    return lowered
