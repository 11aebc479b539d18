"""The ingest port serves the SDKs in addition to accepting events."""

from __future__ import annotations

import base64
import gzip
from collections.abc import Callable
from contextlib import closing

import pytest
from tests.dialects.dialect_calls import WRITE_KEY
from tests.edge.client import Client
from tests.edge.conftest import Start

from passerby.dialects import registry
from passerby.edge.shared import match
from passerby.sdk.files import FILES
from passerby.settings import EdgeSettings

Connect = Callable[[], Client]


def test_every_call_of_a_vendor_is_there() -> None:
    assert match("/v1/track") is registry.match("/v1/track")
    assert match("/nowhere") is None


def test_settings_name_the_host_that_was_asked_or_the_address_that_is_set(start: Start) -> None:
    path = f"/v1/projects/{WRITE_KEY}/settings"
    for url, expected in (("", ("edge/v1", "https")), ("http://cdp.example.com/x/", ("cdp.example.com/x/v1", "http"))):
        with closing(Client(start(EdgeSettings(public_url=url)).port)) as client:
            answer = client.ask(path, method="GET", X_Forwarded_Proto="https")
        sending = answer.json["integrations"]["Segment.io"]
        assert (answer.status, answer.headers["cache-control"]) == (200, "no-store")
        assert (sending["apiHost"], sending["protocol"]) == expected


@pytest.mark.parametrize("path", ["/sourceConfig", "/sourceConfig/", "/sourceConfig/?p=npm"])
def test_a_page_may_ask_for_a_source_with_its_key_in_a_header(client: Client, path: str) -> None:
    allowed = client.ask(
        path,
        method="OPTIONS",
        Origin="https://shop.example",
        Access_Control_Request_Method="GET",
        Access_Control_Request_Headers="authorization",
    )
    assert (allowed.status, allowed.headers["access-control-allow-headers"]) == (204, "authorization")
    assert "GET" in allowed.headers["access-control-allow-methods"]
    basic = f"Basic {base64.b64encode(f'{WRITE_KEY}:'.encode()).decode()}"
    for method in ("GET", "HEAD"):
        answer = client.ask(path, method=method, Origin="https://shop.example", Authorization=basic)
        assert (answer.status, answer.headers["access-control-allow-origin"]) == (200, "https://shop.example")


@pytest.mark.parametrize("path", ["//v1/batch", "/v1/batch/", "//v1//batch//", "//sdk/web_event.js", "/%2Fv1/batch"])
def test_needless_slashes_are_passed_over(client: Client, path: str) -> None:
    body = b'{"batch":[{"type":"track","userId":"u","event":"e"}],"writeKey":"%b"}' % WRITE_KEY.encode()
    method, body = ("GET", b"") if "sdk" in path else ("POST", body)
    for _ in range(2):
        assert client.ask(path, body, method).status == 200


@pytest.mark.parametrize("name", FILES)
def test_a_page_of_any_origin_loads_an_sdk(client: Client, name: str) -> None:
    answer = client.ask(f"/sdk/{name}", b"", "GET", **{"Origin": "https://shop.example", "Accept-Encoding": "gzip"})
    assert answer.status == 200
    assert gzip.decompress(answer.body) == FILES[name].plain
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.headers["content-type"] == FILES[name].content_type
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_cached_file_gets_a_304_without_a_body(client: Client) -> None:
    tag = client.ask("/sdk/web_event.js", method="GET").headers["etag"]
    answer = client.ask("/sdk/web_event.js", b"", "GET", **{"If-None-Match": tag})
    assert (answer.status, answer.body) == (304, b"")
    assert answer.headers["etag"] == tag
    assert "content-length" not in answer.headers
    assert client.ask("/sdk/web_event.js", method="GET").body == FILES["web_event.js"].plain


def test_its_headers_alone_can_be_had(client: Client) -> None:
    answer = client.ask("/sdk/mobile.js", method="HEAD")
    assert (answer.status, answer.body) == (200, b"")
    assert answer.headers["content-length"] == str(len(FILES["mobile.js"].plain))
    assert client.ask("/sdk/mobile.js", method="HEAD").status == 200


def test_another_method_is_refused_in_our_own_shape(client: Client) -> None:
    answer = client.ask("/sdk/mobile.js", b"{}")
    assert answer.status == 405
    assert answer.json["error"]["code"] == "method_not_allowed"
    assert client.ask("/sdk/mobile.js", method="OPTIONS").headers["allow"] == "GET, HEAD, OPTIONS"
