"""Purchases, campaigns and pages in one line each."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.console.presenters import summary
from passerby.services.answers import Event


def event(name: str, context: dict[str, Any] | None = None, **properties: Any) -> Event:
    return Event(
        id="e",
        name=name,
        time="",
        received_at="",
        properties=properties,
        rejected=[],
        context=context or {},
        session_id="",
        dialect="segment",
        profile_id="p",
    )


@pytest.mark.parametrize(
    "value, currency, shown",
    [(0, "EUR", "0.00 EUR"), (1234567.891, "USD", "1\u202f234\u202f567.89 USD"), (-5, None, "-5.00")],
)
def test_an_amount_has_two_digits_and_its_currency(value: float, currency: str | None, shown: str) -> None:
    assert summary.money(value, currency) == shown


def test_a_page_view_shows_its_page() -> None:
    assert summary.page(event("Viewed Page", page="/home")) == "/home"
    assert summary.page(event("Screen Viewed", {"page": {"url": "https://x.example/"}})) == "https://x.example/"
    assert summary.page(event("Viewed Page")) == ""


def test_other_events_show_their_properties_alone() -> None:
    assert summary.page(event("Bought", {"page": {"url": "https://x.example/"}}, url="/a")) == ""


def test_a_campaign_is_what_of_it_is_stated() -> None:
    assert summary.campaign({"source": "news", "medium": 7, "name": "autumn"}) == "news / autumn"
    assert summary.campaign({}) == ""
