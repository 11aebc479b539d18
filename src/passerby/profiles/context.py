"""A profile's context: the newest value of each top-level key of its messages' contexts, folded like traits.

The campaign is stored as first touch and last touch: `campaign_last` is the newest value, like any key, and
`campaign_first` the oldest. Both come from the `campaign` in a message's context.

Clients choose the keys of a context, so their number is bounded: the newest ones are kept. A dropped key has enough
newer keys in any order of arrival, so the result does not depend on that order. The first campaign does not count
towards the limit: its value gets older over time, and whether it is dropped would depend on the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, Final

from passerby.positions import Position
from passerby.profiles import traits
from passerby.profiles.traits import Versioned, newer

CONTEXT_KEYS: Final = 100
"""Context keys of one member that are kept."""

CAMPAIGN: Final = "campaign"
"""The member of a message's context with its campaign, in the names of Segment's spec (source, medium, name, ...)."""
FIRST_TOUCH: Final = "campaign_first"
LAST_TOUCH: Final = "campaign_last"
_TOUCHES: Final = frozenset({CAMPAIGN, FIRST_TOUCH})


def merge_into(target: dict[str, Versioned], context: Mapping[str, Any], time: int, position: Position) -> None:
    """Merge one message's context into `target`: newer values win, and the oldest of too many keys are dropped."""
    if not _TOUCHES.isdisjoint(context):
        stated = dict(context)
        campaign = stated.pop(CAMPAIGN, None)
        if campaign:
            stated[FIRST_TOUCH] = stated[LAST_TOUCH] = campaign
        # The first campaign is the one key for which the oldest value wins, so it is merged apart from the others.
        first = stated.pop(FIRST_TOUCH, None)
        if first is not None:
            _touch_first(target, Versioned(first, time, position))
        context = stated
    traits.merge_into(target, context, time, position)
    bound(target)


def bound(target: dict[str, Versioned]) -> None:
    """Drop the oldest of more than `CONTEXT_KEYS` keys. The first campaign does not count."""
    if len(target) > CONTEXT_KEYS:
        kept = (key for key in target if key != FIRST_TOUCH)
        # Ties are broken by position and name: the same keys stay in whatever order the messages arrive.
        for key in sorted(kept, key=lambda key: (-target[key].time, -target[key].position, key))[CONTEXT_KEYS:]:
            del target[key]


def fold(members: Iterable[Mapping[str, Versioned]]) -> dict[str, Any]:
    """Fold the contexts of a profile's members, for display."""
    contexts = list(members)
    folded = traits.fold(contexts)
    touches: dict[str, Versioned] = {}
    for member in contexts:
        if FIRST_TOUCH in member:
            _touch_first(touches, member[FIRST_TOUCH])
    return folded | {key: first.value for key, first in touches.items()}


def _touch_first(target: dict[str, Versioned], first: Versioned) -> None:
    current = target.get(FIRST_TOUCH)
    if current is None or newer(current, first):
        target[FIRST_TOUCH] = first
