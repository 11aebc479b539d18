"""Fills texts for people with members of an envelope."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

import msgspec

VALUE_LENGTH: Final = 500
"""Characters of one value."""

_PLACE: Final = re.compile(r"\{\{([^{}]{1,500})\}\}")


def fill(text: str, envelope: Mapping[str, Any]) -> str:
    """Return a text with each `{{path}}` replaced by that member of the envelope.

    `{{a.b|c}}` is `c` where `a.b` is missing. A missing value is empty, a value that is no text is written as JSON.
    Elements of arrays are numbers: `{{data.profile.identifiers.email.0}}`.
    """
    return _PLACE.sub(lambda place: _written(place[1], envelope), text)


def _written(paths: str, envelope: Mapping[str, Any]) -> str:
    for path in paths.split("|"):
        value = _member(envelope, path.strip().split("."))
        if value is not None:
            written = value if isinstance(value, str) else msgspec.json.encode(value).decode()
            return written[:VALUE_LENGTH]
    return ""


def _member(value: Any, names: list[str]) -> Any:
    for name in names:
        if isinstance(value, list) and name.isascii() and name.isdigit() and int(name) < len(value):
            value = value[int(name)]
        elif isinstance(value, Mapping):
            value = value.get(name)
        else:
            return None
    return value
