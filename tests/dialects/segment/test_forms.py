"""An item in a query or a form is the item that a JSON body would hold."""

from __future__ import annotations

from base64 import b64encode, urlsafe_b64encode
from typing import Any
from urllib.parse import quote, urlencode

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.dialects.contract import Fault, RequestFault
from passerby.dialects.segment.forms import read_form

ITEM: dict[str, Any] = {"event": "Email Opened", "properties": {"subject": "Ünïcode? yes>>>~"}}
JSON = msgspec.json.encode(ITEM)
NAMES = st.text(alphabet="abcXYZ_", min_size=1)
OBJECTS = st.recursive(
    st.text(min_size=1), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=6
)


@pytest.mark.parametrize(
    "data",
    [
        quote(b64encode(JSON)),
        b64encode(JSON).decode(),
        b64encode(JSON).decode().rstrip("="),
        urlsafe_b64encode(JSON).decode(),
        quote(JSON),
        b64encode(JSON + b" ").decode(),
        b64encode(JSON + b"  ").decode(),
    ],
)
def test_data_is_json_in_base64_or_as_it_is(data: str) -> None:
    assert read_form(f"writeKey=k&data={data}") == ITEM


@pytest.mark.parametrize("data", ["%%%", "a", "e30b", "\u00e4", "bm8ganNvbg"])
def test_data_that_cannot_be_read_is_a_fault(data: str) -> None:
    with pytest.raises(RequestFault) as refused:
        read_form(f"data={quote(data)}")
    assert refused.value.fault is Fault.NOT_JSON


def test_dots_and_brackets_lead_into_objects() -> None:
    text = (
        "event=Paid&properties.a.b=1&properties.a.c=%202&properties[d][e]=3&context.page.url=https%3A%2F%2Fa%2F%3Fb%3D1"
    )
    assert read_form(text) == {
        "event": "Paid",
        "properties": {"a": {"b": "1", "c": " 2"}, "d": {"e": "3"}},
        "context": {"page": {"url": "https://a/?b=1"}},
    }


def test_what_is_empty_says_nothing_and_ids_lose_their_quotation_marks() -> None:
    assert read_form('userId=&anonymousId="amp-1"&context.page.referrer=&event="x"') == {
        "anonymousId": "amp-1",
        "event": '"x"',
    }


@pytest.mark.parametrize(
    "text, item", [("a=1&a.b=2", {"a": "1"}), ("a.b=2&a=1", {"a": {"b": "2"}}), ("a=1&a=2", {"a": "2"})]
)
def test_a_name_has_one_value(text: str, item: dict[str, Any]) -> None:
    assert read_form(text) == item


@pytest.mark.parametrize(
    "text, fault",
    [
        ("&".join(f"p{number}=1" for number in range(1_001)), Fault.TOO_MANY_ATTRIBUTES),
        (".".join("a" * 100) + "=1", Fault.TOO_DEEP),
        ("a" + "[b]" * 100 + "=1", Fault.TOO_DEEP),
        ("a=%ff", Fault.NOT_UTF8),
    ],
)
def test_the_limits_of_bodies_hold(text: str, fault: Fault) -> None:
    with pytest.raises(RequestFault) as refused:
        read_form(text)
    assert refused.value.fault is fault


@given(st.dictionaries(NAMES.filter(lambda name: name != "data"), OBJECTS, max_size=4))
def test_any_item_of_texts_survives_the_encoding_as_a_form(item: dict[str, Any]) -> None:
    assert read_form(urlencode(list(_flat(item)))) == item


def _flat(item: dict[str, Any], prefix: str = "") -> Any:
    for name, value in item.items():
        if type(value) is dict:
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


@given(st.text())
def test_any_query_is_read_or_rejected(text: str) -> None:
    try:
        item = read_form(text)
    except RequestFault as refused:
        item = refused.fault
    assert "data=" in text or type(item) is dict or item in {Fault.NOT_UTF8, Fault.TOO_DEEP, Fault.TOO_MANY_ATTRIBUTES}
