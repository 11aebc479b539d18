"""Texts of the profile page's summary: amounts, viewed pages, campaigns, and the context by subject."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from passerby.console.presenters.flat import flat
from passerby.profiles.context import FIRST_TOUCH, LAST_TOUCH
from passerby.profiles.summary import page_of
from passerby.services.answers import Event

_TOUCHES: Final = {FIRST_TOUCH: "first", LAST_TOUCH: "last"}


def money(value: float, currency: str | None) -> str:
    """An amount with two digits after the point, thousands apart by a space that does not break, and its currency."""
    amount = f"{value:,.2f}".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return f"{amount} {currency}" if currency else amount


def page(event: Event) -> str:
    """The URL or path of the page that was viewed; "" for an event that is no page view, or states none."""
    words = event.name.lower()
    return page_of(event.properties, event.context) if "page" in words or "screen" in words else ""


def campaign(stated: Mapping[str, Any]) -> str:
    """A campaign in one line: source, medium and name, those that are stated."""
    parts = (stated.get(name) for name in ("source", "medium", "name"))
    return " / ".join(part for part in parts if isinstance(part, str) and part)


def context_parts(context: Mapping[str, Any]) -> list[tuple[str, list[tuple[str, Any]]]]:
    """Split a profile's context by subject: the title and the flattened values of each part that is not empty."""
    campaign = {word: context[key] for key, word in _TOUCHES.items() if key in context}
    others = {key: value for key, value in context.items() if key not in _TOUCHES}
    found = [("Campaign", flat(campaign)), ("Device and app", flat(others))]
    return [part for part in found if part[1]]
