"""A profile's context: the newest value of each top-level key of its messages' contexts, folded as traits are.

The campaign that brought somebody is told twice: `campaign_last` is the newest, as any key, and `campaign_first` the
oldest. A message states both at once by the `campaign` in its context; one that came through none states neither.

What a client puts into a context is its own business, so the number of keys is bounded: the newest ones stay. A key
that falls out has enough newer ones before it for good, so order of arrival does not matter here either. The first
campaign is beside that count: its value gets older, so that whether it falls out would depend on the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerby.positions import Position
from passerby.profiles import traits
from passerby.profiles.traits import Versioned, newer

CONTEXT_KEYS: Final = 100
"""How many context keys of one member are kept."""

CAMPAIGN: Final = "campaign"
"""The member of a message's context with its campaign, in the names of Segment's spec (source, medium, name, ...)."""
FIRST_TOUCH: Final = "campaign_first"
LAST_TOUCH: Final = "campaign_last"
_TOUCHES: Final = frozenset({CAMPAIGN, FIRST_TOUCH})


def merge_into(target: dict[str, Versioned], context: Mapping[str, Any], time: int, position: Position) -> None:
    """Let `target` know of one message's context; older values lose, and so do the oldest of too many keys."""
    if not _TOUCHES.isdisjoint(context):
        context = _merge_touch(target, context, time, position)
    traits.merge_into(target, context, time, position)
    bound(target)


def bound(target: dict[str, Versioned]) -> None:
    """Drop the oldest of more than `CONTEXT_KEYS` keys. The first campaign does not count."""
    if len(target) > CONTEXT_KEYS:
        kept = (key for key in target if key != FIRST_TOUCH)
        for key in sorted(kept, key=lambda key: _age(key, target[key]))[CONTEXT_KEYS:]:
            del target[key]


def fold(members: Iterable[Mapping[str, Versioned]]) -> dict[str, Any]:
    """The context to show for a profile with these members, by key."""
    contexts = list(members)
    folded = traits.fold(contexts)
    touches: dict[str, Versioned] = {}
    for member in contexts:
        if FIRST_TOUCH in member:
            _touch_first(touches, member[FIRST_TOUCH])
    return folded | {key: first.value for key, first in touches.items()}


def _merge_touch(
    target: dict[str, Versioned], context: Mapping[str, Any], time: int, position: Position
) -> Mapping[str, Any]:
    """Let `target` know of the first campaign; returns what of the context is newest-wins."""
    stated = dict(context)
    campaign = stated.pop(CAMPAIGN, None)
    if campaign:
        stated[FIRST_TOUCH] = stated[LAST_TOUCH] = campaign
    first = stated.pop(FIRST_TOUCH, None)
    if first is not None:
        _touch_first(target, Versioned(first, time, position))
    return stated


def _touch_first(target: dict[str, Versioned], first: Versioned) -> None:
    current = target.get(FIRST_TOUCH)
    if current is None or newer(current, first):
        target[FIRST_TOUCH] = first


def _age(key: str, value: Versioned) -> tuple[int, int, str]:
    return (-value.time, -value.position, key)
