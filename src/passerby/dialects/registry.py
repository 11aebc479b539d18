"""The dialects that Passerby speaks, and which of them a path belongs to."""

from __future__ import annotations

from functools import lru_cache
from typing import Final

from passerby.dialects import antsomi, crossengage, customerlabs, segment, webengage
from passerby.dialects.contract import Call, Dialect

ALL: Final[tuple[Dialect, ...]] = (crossengage, webengage, customerlabs, antsomi, segment)
"""No path is known to more than one of them."""

REMEMBERED: Final = 1_024
"""How many paths are remembered: a key makes a handful of paths, and each of them comes again and again."""
REMEMBERED_LENGTH: Final = 256
"""Characters; a longer path is no key's of ours and not worth the memory."""


def match(path: str) -> Call | None:
    """The call that this (decoded) path stands for, or None where it is no vendor's."""
    return _remembered(path) if len(path) <= REMEMBERED_LENGTH else _match(path)


def _match(path: str) -> Call | None:
    for dialect in ALL:
        call = dialect.match(path)
        if call is not None:
            return call
    return None


_remembered = lru_cache(REMEMBERED)(_match)
