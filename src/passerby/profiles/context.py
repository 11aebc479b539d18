"""A profile's context: the newest value of each top-level key of its messages' contexts, folded as traits are.

What a client puts into a context is its own business, so the number of keys is bounded: the newest ones stay. A key
that falls out has enough newer ones before it for good, so order of arrival does not matter here either.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerby.profiles import traits
from passerby.profiles.traits import Versioned

CONTEXT_KEYS: Final = 100
"""How many context keys of one member are kept."""


def merge_into(target: dict[str, Versioned], context: Mapping[str, Any], time: int, position: int) -> None:
    """Let `target` know of one message's context; older values lose, and so do the oldest of too many keys."""
    traits.merge_into(target, context, time, position)
    if len(target) > CONTEXT_KEYS:
        for key in sorted(target, key=lambda key: _age(key, target[key]))[CONTEXT_KEYS:]:
            del target[key]


def fold(members: Iterable[Mapping[str, Versioned]]) -> dict[str, Any]:
    """The context to show for a profile with these members, by key."""
    return traits.fold(members)


def _age(key: str, value: Versioned) -> tuple[int, int, str]:
    return (-value.time, -value.position, key)
