"""SDKs get the address that they used, and only a valid address."""

from __future__ import annotations

import re
from typing import Final

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import request

from passerby.cli.configuration import SettingsError, load
from passerby.dialects.segment.address import Address, public_address

HOST: Final = "events.example.com"


def address(headers: dict[str, str], public_url: str = "") -> Address | None:
    return public_address(msgspec.structs.replace(request("/", b"", headers, "GET"), public_url=public_url))


@pytest.mark.parametrize(
    "headers, scheme, certain",
    [
        ({}, "http", False),
        ({"x-forwarded-proto": "https"}, "https", True),
        ({"x-forwarded-proto": "HTTPS, http"}, "https", True),
        ({"x-forwarded-proto": "http", "origin": "https://shop.example"}, "http", True),
        ({"x-forwarded-proto": "gopher"}, "http", False),
        ({"forwarded": 'for=192.0.2.1;proto="https";by=x'}, "https", True),
        ({"forwarded": "for=192.0.2.1, for=10.0.0.1;proto=https"}, "http", False),
        ({"origin": "https://shop.example"}, "https", False),
        ({"origin": "http://shop.example"}, "http", False),
        ({"origin": "null"}, "http", False),
    ],
)
def test_the_scheme_is_the_first_proxy_s_or_the_page_s(headers: dict[str, str], scheme: str, certain: bool) -> None:  # noqa: FBT001 - one of a table's columns
    assert address({"host": HOST} | headers) == Address(scheme, HOST, certain)


@pytest.mark.parametrize("host", ["localhost:8080", "127.0.0.1:8080", "[::1]:8080", "shop.localhost"])
def test_a_secure_page_may_call_the_own_machine_without_https(host: str) -> None:
    assert address({"host": host, "origin": "https://shop.example"}) == Address("http", host, certain=False)


@pytest.mark.parametrize(
    "host", ["a", "a.b-c_d.example:8080", "EXAMPLE.com", "10.0.0.1", "[2001:db8::1]:443", "x" * 200]
)
def test_a_host_is_kept_as_it_is(host: str) -> None:
    assert address({"host": host}) == Address("http", host, certain=False)


def test_the_host_that_a_proxy_was_asked_for_counts() -> None:
    assert address({"host": "127.0.0.1:8080", "x-forwarded-host": f"{HOST}, inner"}) == Address(
        "http", HOST, certain=False
    )


@pytest.mark.parametrize(
    "url, scheme, host",
    [
        ("https://cdp.example.com", "https", "cdp.example.com"),
        ("http://cdp.example.com:8080/", "http", "cdp.example.com:8080"),
        ("https://example.com/passerby/", "https", "example.com/passerby"),
    ],
)
def test_the_setting_wins(url: str, scheme: str, host: str) -> None:
    assert load({"edge_public_url": url}).edge.public_url == url
    found = address({"host": HOST, "x-forwarded-proto": "http"}, url)
    assert found == Address(scheme, host, certain=True)
    assert found.url == f"{scheme}://{host}"


@pytest.mark.parametrize(
    "url", ["cdp.example.com", "ftp://a", "https://", "https://a b", 'https://a"', "https://a/?b", "https://u@a"]
)
def test_a_setting_that_is_no_address_stops_the_start(url: str) -> None:
    with pytest.raises(SettingsError, match="public"):
        load({"edge_public_url": url})


@given(
    st.dictionaries(
        st.sampled_from(["host", "x-forwarded-host", "x-forwarded-proto", "forwarded", "origin"]),
        st.text() | st.text(alphabet='abc.:-_[]/"\\<>, \r\n', max_size=20),
    )
)
def test_addresses_contain_no_other_syntax_for_any_headers(headers: dict[str, str]) -> None:
    found = address(headers)
    assert found is None or re.fullmatch(r"https?://[A-Za-z0-9.:_\[\]-]+", found.url)
