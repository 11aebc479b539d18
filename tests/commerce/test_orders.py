"""The order that an event belongs to."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.commerce.orders import LONGEST, order_id_of


@pytest.mark.parametrize(
    "properties",
    [
        {"order_id": "o1"},
        {"orderId": " o1 "},
        {"Order ID": "o1"},
        {"Order Number": "o1", "id": "event"},
        {"transaction_id": "o1"},
        {"order": "o1"},
        {"order": {"id": "o1"}},
        {"cart": {"order_id": "o1"}},
        {"order_id": "", "order": {"number": "o1"}},
        {"order_id": None, "transactionId": "o1"},
    ],
)
def test_the_id_is_read_in_every_dialects_words(properties: dict[str, Any]) -> None:
    assert order_id_of(properties) == "o1"


def test_a_number_is_an_id() -> None:
    assert order_id_of({"order_id": 1001}) == "1001"


@pytest.mark.parametrize("value", ["", " ", "null", "undefined", 0, True, None, 1.5, [], {}, "x" * (LONGEST + 1)])
def test_what_is_no_id_is_none(value: object) -> None:
    assert order_id_of({"order_id": value, "order": value, "sku": "A-1"}) == ""


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.sampled_from(["id", "number", "x"]), inner),
)


@given(st.dictionaries(st.sampled_from(["order_id", "order", "cart", "transaction_id", "other"]), VALUES))
def test_reading_never_fails_for_any_properties(properties: dict[str, Any]) -> None:
    assert len(order_id_of(properties)) <= LONGEST
