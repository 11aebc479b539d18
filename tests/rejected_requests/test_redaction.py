"""A stored rejected request can be recognised by its sender and contains no secret."""

from __future__ import annotations

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.rejected_requests import redaction

SECRET = "s3cr3tvalue0123456789"  # noqa: S105 - a made-up one


@pytest.mark.parametrize(
    "name", ["writeKey", "api_key", "apiKey", "api-key", "token", "accessToken", "password", "client_secret", "key"]
)
def test_the_values_of_secret_members_are_struck_out_but_for_their_beginning(name: str) -> None:
    kept = redaction.body(json.dumps({"event": "Seen", name: SECRET, "sku": "R-88"}).encode())
    assert SECRET not in kept
    assert json.loads(kept) == {"event": "Seen", name: "s3cr…", "sku": "R-88"}


def test_a_body_that_is_no_json_or_cut_off_is_redacted_as_well() -> None:
    assert SECRET[5:] not in redaction.body(f'{{"writeKey": "{SECRET}'.encode())
    assert redaction.body(f"a=1&token={SECRET}&b=2".encode()) == "a=1&token=s3cr…&b=2"
    assert redaction.body(b"see pby_abcdefgh-123 there") == "see pby_… there"


def test_ordinary_members_stay_as_they_are() -> None:
    sent = '{"keyword": "shoes", "monkey": "george", "tokyo": "city", "n": 1}'
    assert redaction.body(sent.encode()) == sent


def test_the_item_of_a_pixel_which_may_hold_a_key_is_struck_out() -> None:
    query = f"data={base64.b64encode(SECRET.encode()).decode()}&a=1"
    for path in ("/v1/pixel/track", "//pixel/v1/page/"):
        assert redaction.path(path, query, ()).endswith("?data=czNj…&a=1")
    assert redaction.path("/v1/track", "data=shown", ()) == "/v1/track?data=shown"


def test_of_a_path_its_keys_are_struck_out_and_whatever_looks_like_one() -> None:
    found = redaction.path("/api/v1/mobile/my-own-key/track", "", {"my-own-key"})
    assert found == "/api/v1/mobile/my-o…/track"
    assert redaction.path("/api/v1/mobile/0123456789abcdef/trakc", "", ()) == "/api/v1/mobile/0123…/trakc"
    assert (
        redaction.path("/c", "portal_id=564890&prop_id=556300&event=x", ())
        == "/c?portal_id=5648…&prop_id=5563…&event=x"
    )


@pytest.mark.parametrize(
    "address, network",
    [("203.0.113.77", "203.0.113.0/24"), ("2001:db8:1:2::3", "2001:db8:1::/48"), ("", ""), ("nonsense", "")],
)
def test_an_address_is_shortened_to_its_network(address: str, network: str) -> None:
    assert redaction.client(address) == network


@given(st.binary(max_size=5_000))
def test_any_body_is_stored_as_text_of_bounded_length(sent: bytes) -> None:
    kept = redaction.body(sent)
    kept.encode()
    assert len(kept) <= 4 * redaction.BODY_BYTES


@given(st.text(max_size=2_000), st.text(max_size=2_000))
def test_any_path_is_stored_with_bounded_length(path: str, query: str) -> None:
    assert len(redaction.path(path, query, ())) <= redaction.PATH_LIMIT
