"""Purchases, campaigns and pages, as the profile page shows them in one line each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from passerby.profiles.summary import page_of
from passerby.services.answers import Event


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
