from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.common.context import PARAMETER_LIMIT, VALUE_LIMIT, campaign_of

VALUES = st.none() | st.integers() | st.text() | st.lists(st.text())


def test_the_names_are_those_of_segments_spec() -> None:
    sent = {f"utm_{name}": name for name in ("source", "medium", "campaign", "content", "term", "id")}
    assert campaign_of(sent) == {
        "source": "source",
        "medium": "medium",
        "name": "campaign",
        "content": "content",
        "term": "term",
        "id": "id",
    }


def test_a_click_of_an_advertising_network_is_a_campaign_too() -> None:
    assert campaign_of({"carrier": "C", "gclid": "g1"}, {"fbclid": "f1"}) == {"gclid": "g1", "fbclid": "f1"}


def test_the_first_source_counts() -> None:
    assert campaign_of({"utm_source": "mail"}, {"utm_source": "web", "utm_term": "shoes"}) == {
        "source": "mail",
        "term": "shoes",
    }


def test_what_is_no_parameter_is_passed_over() -> None:
    assert campaign_of({"utm_": "x", "utm_source": "", "utm_term": " ", "utm_medium": 5, "source": "mail"}) == {}


def test_a_long_value_is_cut() -> None:
    assert campaign_of({"gclid": "x" * 1_000}) == {"gclid": "x" * VALUE_LIMIT}


@given(st.dictionaries(st.text().map("utm_{}".format) | st.text(), VALUES, max_size=30))
def test_campaigns_are_bounded_for_any_parameters(parameters: dict[str, Any]) -> None:
    campaign = campaign_of(parameters)
    assert len(campaign) <= PARAMETER_LIMIT
    assert all(name and 0 < len(value) <= VALUE_LIMIT for name, value in campaign.items())
