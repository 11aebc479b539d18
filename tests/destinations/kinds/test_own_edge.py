"""What kinds send is taken by the edge's own dialects of the same vendors, with the same people and standard events."""

from __future__ import annotations

from typing import Any

import pytest
from tests.destinations.contract import Contract, send
from tests.destinations.items import item
from tests.dialects import dialect_calls
from tests.dialects.crossengage import crossengage_calls

from passerby.destinations import registry
from passerby.destinations.verdicts import Request
from passerby.dialects.commerce import semantic_of
from passerby.messages import Message

STANDARD = ["product_viewed", "added_to_cart", "removed_from_cart", "cart_viewed", "searched", "purchased"]


def sent(kind: str, name: str, config: dict[str, Any]) -> Request:
    contract = Contract(about="", source="", date="", config=config, items=[name], requests=[])
    ((request, _),) = send(registry.NAMED[kind], contract).requests
    return request


def received(kind: str, name: str) -> list[Message]:
    """The messages that the edge makes of the request for a sample."""
    if kind == "segment":
        request = sent(kind, name, {"write_key": dialect_calls.WRITE_KEY, "url": "https://own.example"})
        path = request.url.removeprefix("https://own.example")
        return dialect_calls.send_bytes(path, request.body, request.headers).messages
    if kind == "webengage":
        config = {"license_code": dialect_calls.LICENSE, "api_key": dialect_calls.API_KEY}
        request = sent(kind, name, config)
        path = request.url.removeprefix("https://api.webengage.com")
        return dialect_calls.send_bytes(path, request.body, request.headers).messages
    request = sent(kind, name, {"auth_token": dialect_calls.AUTH_TOKEN, "url": "https://own.example"})
    path = request.url.removeprefix("https://own.example")
    return crossengage_calls.call("POST", path, request.body, sent=request.headers).messages


@pytest.mark.parametrize("kind", ["segment", "webengage", "crossengage"])
@pytest.mark.parametrize("name", STANDARD)
def test_a_standard_event_is_the_same_one_at_the_own_edge(kind: str, name: str) -> None:
    (message,) = received(kind, name)
    assert message.kind == "track"
    assert "u-1001" in {identifier.value for identifier in message.identifiers}
    semantic = semantic_of(kind, message.name, message.properties)
    original = item(name)["data"]["event"]["semantic"]
    assert semantic is not None
    assert semantic.name == name
    assert [each.name for each in semantic.items] == [each["name"] for each in original["items"]]
    assert [each.price for each in semantic.items] == [each["price"] for each in original["items"]]
    assert (semantic.value, semantic.currency) == (original["value"], original["currency"])


@pytest.mark.parametrize("kind", ["segment", "webengage", "crossengage"])
def test_a_profile_has_the_same_identifiers_at_the_own_edge(kind: str) -> None:
    messages = received(kind, "profile_updated")
    assert {message.kind for message in messages} == {"identify"}
    assert "u-1001" in {identifier.value for message in messages for identifier in message.identifiers}
