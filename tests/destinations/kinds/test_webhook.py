"""The webhook: its request byte by byte, its limits, and the headers that it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from passerby.destinations.configuration import configure
from passerby.destinations.envelope import Envelope
from passerby.destinations.kind import InvalidConfig, Payload
from passerby.destinations.kinds import webhook
from passerby.destinations.kinds.webhook import Config
from passerby.destinations.records import Batch
from passerby.destinations.verdicts import Response, by_status

URL = "https://example.com/hook"
NOW = 1_796_126_400_123
ENVELOPE: Envelope = {
    "v": 1,
    "type": "event",
    "id": "ev-7",
    "timestamp": "2026-12-01T12:00:00.000Z",
    "project": "default",
    "historical": False,
    "data": {},
}


def sign(id: str, seconds: int, body: bytes) -> str:  # noqa: A002 - as in the specification
    return f"v1,{id}.{seconds}.{len(body)}"


def payloads(*bodies: Any) -> list[Payload]:
    config = Config(url=URL)
    return [webhook.prepare(config, ENVELOPE, body, NOW) for body in bodies]


def test_a_single_item_is_the_body() -> None:
    request = webhook.request(Config(url=URL), payloads({"a": 1}), NOW, "ev-7", sign)
    assert (request.method, request.url, request.body) == ("POST", URL, b'{"a":1}')
    assert request.headers == {
        "content-type": "application/json",
        "webhook-id": "ev-7",
        "webhook-timestamp": "1796126400",
        "webhook-signature": "v1,ev-7.1796126400.7",
    }


@pytest.mark.parametrize(
    "batch_format, items, content_type, body",
    [
        ("json", [{"a": 1}, 2], "application/json", b'[{"a":1},2]'),
        ("json", [{"a": 1}], "application/json", b'[{"a":1}]'),
        ("ndjson", [{"a": 1}, 2], "application/x-ndjson", b'{"a":1}\n2\n'),
    ],
)
def test_a_batch_has_the_configured_form(batch_format: Any, items: list[Any], content_type: str, body: bytes) -> None:
    config = Config(url=URL, method="PUT", format=batch_format, batch=Batch())
    request = webhook.request(config, payloads(*items), NOW, "b-1", sign)
    assert (request.method, request.headers["content-type"], request.body) == ("PUT", content_type, body)


def test_a_batch_is_as_large_as_its_limit_allows() -> None:
    config = Config(url=URL, batch=Batch(max_bytes=1_000, max_items=3))
    limits = webhook.limits(config)
    items = payloads("x" * 331, "y" * 330, "z" * 329)  # with two quotation marks each
    assert sum(len(item.body) for item in items) + 2 == limits.max_bytes
    assert len(webhook.request(config, items, NOW, "b-1", sign).body) == 1_000


def test_items_are_sent_one_by_one_unless_a_batch_is_configured() -> None:
    assert webhook.limits(Config(url=URL)).max_items == 1
    assert webhook.limits(Config(url=URL)).max_wait_ms == 0
    limits = webhook.limits(Config(url=URL, batch=Batch(max_items=20, max_wait_ms=30)))
    assert (limits.max_items, limits.max_wait_ms) == (20, 30)


def test_configured_headers_are_sent() -> None:
    config = configure(webhook.KIND, {"url": URL, "headers": {"Authorization": "Bearer x", "x-a": ""}})
    headers = webhook.request(config, payloads(1), NOW, "ev-7", sign).headers
    assert headers["Authorization"] == "Bearer x"
    assert headers["x-a"] == ""


@pytest.mark.parametrize(
    "headers",
    [
        {"Webhook-Id": "x"},
        {"webhook-signature": "x"},
        {"Host": "internal"},
        {"Content-Length": "3"},
        {"content-type": "text/plain"},
        {"Transfer-Encoding": "chunked"},
        {"Proxy-Authorization": "x"},
        {"": "x"},
        {"x y": "x"},
        {"x:y": "x"},
        {"x\n": "x"},
        {"ü": "x"},
        {"x": "a\r\nHost: internal"},
        {"x": "ü"},
        {"x": "y" * 4_097},
        {f"x-{number}": "" for number in range(21)},
    ],
    ids=lambda headers: repr(headers)[:30],
)
def test_headers_of_the_connection_and_unreadable_ones_are_refused(headers: dict[str, str]) -> None:
    with pytest.raises(InvalidConfig, match=r"config\.headers"):
        configure(webhook.KIND, {"url": URL, "headers": headers})


@pytest.mark.parametrize(
    "batch, path", [(Batch(max_items=501), "batch.max_items"), (Batch(max_bytes=1_000_001), "batch.max_bytes")]
)
def test_batches_above_the_limits_are_refused(batch: Batch, path: str) -> None:
    with pytest.raises(InvalidConfig) as refused:
        configure(webhook.KIND, {"url": URL}, batch)
    assert refused.value.path == path


@pytest.mark.parametrize("status", [200, 307, 410, 500])
def test_the_status_is_the_verdict(status: int) -> None:
    response = Response(status, {}, b"")
    assert webhook.judge(Config(url=URL), response, payloads(1)) == by_status(response)
