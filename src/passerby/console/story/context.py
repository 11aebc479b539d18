"""A profile's context in the parts that people ask for: which campaign brought somebody, and with what they came."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.console.story.flat import flat
from passerby.profiles.context import FIRST_TOUCH, LAST_TOUCH

_TOUCHES: Final = {FIRST_TOUCH: "first", LAST_TOUCH: "last"}

Part = tuple[str, list[tuple[str, Any]]]


def parts(context: Mapping[str, Any]) -> list[Part]:
    """Each part that there is: its title, and its values in lines."""
    campaign = {word: context[key] for key, word in _TOUCHES.items() if key in context}
    others = {key: value for key, value in context.items() if key not in _TOUCHES}
    found = [("Campaign", flat(campaign)), ("Device and app", flat(others))]
    return [part for part in found if part[1]]
