"""Antsomi's keys: the numbers of a portal and of a property in it. Both are public and are sent in the query."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final
from urllib.parse import parse_qsl

from passerby.dialects.common.keys import number
from passerby.dialects.dialect import FoundKey, RequestParts

NAME: Final = "antsomi"
PORTAL: Final = "portal_id"
PROPERTY: Final = "prop_id"
PORTAL_KIND: Final = "antsomi.portal_id"
PROPERTY_KIND: Final = "antsomi.prop_id"

KEY_KINDS: Final = (number(PORTAL_KIND, "Portal"), number(PROPERTY_KIND, "Property"))

_KINDS: Final = {PORTAL: PORTAL_KIND, PROPERTY: PROPERTY_KIND}


def find_keys(request: RequestParts) -> Iterator[FoundKey]:
    """Yield both numbers: either alone identifies the project."""
    for name, value in parse_qsl(request.query):
        if name in _KINDS:
            yield FoundKey(_KINDS[name], value)
