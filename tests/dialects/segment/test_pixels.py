"""A pixel carries one item in its query and is always answered with a GIF."""

from __future__ import annotations

from base64 import b64encode
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import PROJECT, WRITE_KEY, send_bytes
from tests.dialects.segment.segment_calls import AUTHORISED, PIXELS

from passerby.dialects.common.answers import GIF
from passerby.dialects.contract import Fault, Outcome
from passerby.dialects.registry import match
from passerby.messages import Identifier

ITEM = {"userId": "u-1", "event": "Email Opened", "groupId": "g", "previousId": "p", "properties": {"subject": "Hi"}}


def encoded(item: Any) -> str:
    return quote(b64encode(msgspec.json.encode(item)))


def get(path: str, headers: dict[str, str] | None = None) -> Outcome:
    outcome = send_bytes(path, b"", headers or {}, "GET")
    assert (outcome.reply.body, outcome.reply.content_type) == (GIF, "image/gif")
    assert ("Cache-Control", "no-store") in outcome.reply.headers
    return outcome


@pytest.mark.parametrize("path", PIXELS)
@pytest.mark.parametrize("where", ["item", "query", "header"])
def test_an_item_in_base64_is_taken(path: str, where: str) -> None:
    item = ITEM | ({"writeKey": WRITE_KEY} if where == "item" else {})
    key = f"&writeKey={WRITE_KEY}" if where == "query" else ""
    outcome = get(f"{path}?data={encoded(item)}{key}", AUTHORISED if where == "header" else None)
    (message,) = outcome.messages
    assert outcome.reply.status == 200
    assert (message.project, message.identifiers[0]) == (PROJECT, Identifier("user_id", "u-1"))
    assert message.kind != "invalid"


@pytest.mark.parametrize("path", ["/v1/pixel/track", "/pixel/v1/track"])
def test_the_query_may_be_the_item(path: str) -> None:
    query = f"writeKey={WRITE_KEY}&anonymousId=%22a-1%22&event=Email%20Opened&properties.subject=Hi&context.locale=de"
    (message,) = get(f"{path}?{query}").messages
    assert (message.name, message.properties, message.context["locale"]) == ("Email Opened", {"subject": "Hi"}, "de")
    assert message.identifiers == (Identifier("anonymous_id", "a-1"),)


def test_a_page_of_amp_is_a_page_view() -> None:
    query = f"writeKey={WRITE_KEY}&context.library.name=amp&anonymousId=a-1&context.page.path=%2F&name="
    (message,) = get(f"/pixel/v1/page?{query}").messages
    assert (message.name, message.context["page"]) == ("Loaded a Page", {"path": "/"})


def test_a_query_may_hold_utf_8_as_it_is() -> None:
    name = "Geöffnet".encode().decode("latin-1")
    (message,) = get(f"/pixel/v1/track?writeKey={WRITE_KEY}&userId=u&event={name}").messages
    assert message.name == "Geöffnet"


@pytest.mark.parametrize("item", [[], 7, {"userId": "u-1"}, {"event": "Paid"}])
def test_an_item_that_lacks_something_is_kept_as_invalid(item: Any) -> None:
    outcome = get(f"/v1/pixel/track?writeKey={WRITE_KEY}&data={encoded(item)}")
    assert (outcome.reply.status, [message.kind for message in outcome.messages]) == (200, ["invalid"])


def test_an_alias_onto_itself_is_nothing() -> None:
    outcome = get(f"/v1/pixel/alias?writeKey={WRITE_KEY}&userId=u-1&previousId=u-1")
    assert (outcome.reply.status, outcome.messages) == (200, [])


@pytest.mark.parametrize(
    "query, status",
    [
        ("", 401),
        (f"data={encoded(ITEM)}", 401),
        (f"data={encoded(ITEM)}&writeKey=other", 401),
        (f"writeKey={WRITE_KEY}&data=%%%", 400),
        (f"writeKey={WRITE_KEY}&a=%ff", 400),
        (f"writeKey={WRITE_KEY}&a=\xff", 400),
    ],
)
def test_the_status_says_that_nothing_was_kept(query: str, status: int) -> None:
    outcome = get(f"/v1/pixel/track?{query}")
    assert (outcome.reply.status, outcome.messages) == (status, [])


@pytest.mark.parametrize("path", PIXELS)
def test_every_fault_is_a_picture(path: str) -> None:
    call = match(path)
    assert call is not None
    for what in Fault:
        reply = call.fault(what, "")
        assert (reply.body, reply.status >= 400) == (GIF, True)
        assert (("Allow", "GET") in reply.headers) == (what is Fault.METHOD_NOT_ALLOWED)


@given(st.sampled_from(PIXELS), st.text(alphabet=st.characters(codec="latin-1")))
def test_any_query_of_a_pixel_gets_a_gif(path: str, query: str) -> None:
    assert get(f"{path}?{query}", AUTHORISED).reply.status in {200, 400}
