"""Bodies that are too large, over-compressed, malformed or late are rejected, and nothing is stored."""

from __future__ import annotations

import base64
import gzip
import io
import zlib
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from tests.dialects.dialect_calls import API_KEY, BULK_EVENTS, EVENTS, TRACK, WRITE_KEY
from tests.edge.client import Client, request
from tests.edge.edge_server import RunningEdge, until

from passerby.messages import Identifier
from passerby.settings import EdgeSettings

Kept = Callable[[], list[Any]]
Start = Callable[..., RunningEdge]
Connect = Callable[[], Client]

EVENT = b'{"mobileId":"m1","event":"Viewed"}'
MIB = 1 << 20
CHUNKED_HEAD = f"POST {TRACK} HTTP/1.1\r\nHost: edge\r\nTransfer-Encoding: chunked\r\n\r\n".encode()


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%b\r\n" % (len(data), data)


def padded(size: int) -> bytes:
    """An event whose body has exactly so many bytes."""
    return EVENT + b" " * (size - len(EVENT))


def test_a_body_may_be_as_large_as_its_call_takes(client: Client) -> None:
    assert client.ask(TRACK, padded(MIB)).status == 202


def test_a_larger_body_is_refused_before_it_is_sent(client: Client, kept: Kept) -> None:
    client.send(f"POST {TRACK} HTTP/1.1\r\nHost: edge\r\nContent-Length: {MIB + 1}\r\n\r\n".encode())
    answer = client.answer()
    assert answer.status == 413
    assert answer.headers["connection"] == "close"
    assert answer.json["errors"][0]["type"] == "TOO_LARGE"
    assert client.is_closed()
    assert kept() == []


def test_who_waits_for_permission_to_send_too_much_does_not_get_it(client: Client) -> None:
    client.send(request(TRACK, b"", Expect="100-continue").replace(b"Content-Length: 0", b"Content-Length: 9999999"))
    assert client.answer().status == 413


def test_who_waits_for_permission_to_send_gets_it(client: Client) -> None:
    client.send(request(TRACK, EVENT, Expect="100-continue")[: -len(EVENT)])
    assert client.socket.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
    client.send(EVENT)
    assert client.answer().status == 202


def test_the_answer_reaches_a_client_that_goes_on_sending(client: Client) -> None:
    client.send(request(TRACK, b"x" * (8 * MIB)))
    assert client.answer().status == 413


def test_a_bulk_call_takes_more(client: Client) -> None:
    assert client.ask(BULK_EVENTS, b" " * (2 * MIB), Authorization=f"Bearer {API_KEY}").status == 400
    assert client.ask(BULK_EVENTS, b" " * (5 * MIB + 1)).status == 413


def test_a_chunked_body_is_taken(client: Client, kept: Kept) -> None:
    client.send(CHUNKED_HEAD + b"".join(chunk(EVENT[n : n + 1]) for n in range(len(EVENT))) + b"0\r\n\r\n")
    assert client.answer().status == 202
    assert len(kept()) == 1


def test_a_chunked_body_is_refused_as_soon_as_it_is_too_large(client: Client, kept: Kept) -> None:
    client.send(CHUNKED_HEAD)
    piece = chunk(b"x" * 65_536)
    for _ in range(17):
        client.send(piece)
    answer = client.answer()
    assert answer.status == 413
    assert client.is_closed()
    assert kept() == []


def test_a_body_in_many_pieces_is_one_body(client: Client, kept: Kept) -> None:
    body = padded(300_000)
    data = request(TRACK, body)
    for begin in range(0, len(data), 50_000):
        client.send(data[begin : begin + 50_000])
    assert client.answer().status == 202
    assert len(kept()) == 1


def test_many_slow_senders_together_cannot_fill_the_memory(start: Start) -> None:
    edge = start(EdgeSettings(pending_bytes=200_000))
    with closing(Client(edge.port)) as slow, closing(Client(edge.port)) as next_one:
        slow.send(request(TRACK, padded(900_000))[:-700_000])
        until(lambda: edge.edge.budget.spent)
        next_one.send(request(TRACK, padded(100_000))[:60_000])
        answer = next_one.answer()
        assert answer.status == 429
        assert answer.headers["retry-after"] == "1"
        assert next_one.is_closed()
    until(lambda: not edge.edge.budget.taken)


def test_a_client_that_disconnects_within_a_body_leaves_no_data(
    connect: Connect, edge: RunningEdge, kept: Kept
) -> None:
    gone = connect()
    gone.send(request(TRACK, padded(900_000))[:200_000])
    until(lambda: edge.edge.budget.taken)
    gone.close()
    until(lambda: not edge.edge.budget.taken and not edge.connections)
    assert connect().ask(TRACK, EVENT).status == 202
    assert len(kept()) == 1


@pytest.mark.parametrize(
    "body, kind",
    [
        (b"", "INVALID_JSON"),
        (b"{", "INVALID_JSON"),
        (b"\xff\xfe", "INVALID_JSON"),
        (b'{"mobileId":"m1","event":"\xe4"}', "INVALID_JSON"),
        (b"[" * 2_000 + b"]" * 2_000, "WRONG_VALUE"),
        (b'{"mobileId":"m1","event":"Viewed","properties":' + b'{"a":' * 70 + b"1" + b"}" * 71, "WRONG_VALUE"),
        (b"{%b}" % b",".join(b'"a%d":1' % n for n in range(1_001)), "WRONG_VALUE"),
        (b'{"mobileId":"m1","event":"Viewed","properties":{"a":nan}}', "INVALID_JSON"),
        (b"\xef\xbb\xbf" * 300_000, "INVALID_JSON"),
    ],
)
def test_what_is_no_json_within_the_limits_is_refused_in_the_dialects_shape(
    client: Client, kept: Kept, body: bytes, kind: str
) -> None:
    answer = client.ask(TRACK, body)
    assert answer.status == 400
    assert answer.json["errors"][0]["type"] == kind
    assert kept() == []
    assert client.ask(TRACK, EVENT).status == 202


@pytest.mark.parametrize("encoding", ["identity", "gzip"])
def test_an_unreadable_number_is_kept_apart_from_its_event(client: Client, kept: Kept, encoding: str) -> None:
    body = b'{"mobileId":"m1\\ud83d","event":"Viewed","properties":{"a":1e400,"b":1}}'
    packed = gzip.compress(body) if encoding == "gzip" else body
    assert client.ask(TRACK, packed, Content_Encoding=encoding).status == 202
    assert client.ask(TRACK, body).status == 202
    for message in kept():
        assert message.identifiers == (Identifier("mobile_id", "m1\ufffd"),)
        assert message.properties == {"b": 1}
        assert [(each.name, each.value) for each in message.rejected] == [("a", "1e400")]
    assert len(kept()) == 2


def test_a_gzip_that_unpacks_to_too_much_is_refused(client: Client, kept: Kept) -> None:
    bomb = gzip.compress(b" " * (50 * MIB))
    assert len(bomb) < MIB
    assert client.ask(TRACK, bomb, Content_Encoding="gzip").status == 413
    assert kept() == []
    assert client.ask(TRACK, gzip.compress(padded(MIB)), Content_Encoding="gzip").status == 202


@pytest.mark.parametrize(
    "body, encoding",
    [
        (b"no gzip", "gzip"),
        (gzip.compress(EVENT)[:-9], "gzip"),
        (gzip.compress(EVENT) + b"rubbish", "gzip"),
        (zlib.compress(EVENT), "deflate"),
        (b"\x0b\x02\x80{}\x03", "br"),
        (gzip.compress(gzip.compress(EVENT)), "gzip, gzip"),
    ],
)
def test_what_cannot_be_unpacked_is_refused(client: Client, kept: Kept, body: bytes, encoding: str) -> None:
    answer = client.ask(TRACK, body, Content_Encoding=encoding)
    assert answer.status == 400
    assert answer.json["errors"][0]["type"] == "INVALID_ENCODING"
    assert kept() == []


@pytest.mark.parametrize("encoding", ["utf-8", "identity", "gzip", "br", "UTF-8, gzip"])
def test_a_body_that_is_not_packed_is_taken_whatever_the_header_says(client: Client, kept: Kept, encoding: str) -> None:
    assert client.ask(TRACK, EVENT, Content_Encoding=encoding).status == 202
    assert len(kept()) == 1


def test_some_dialects_detect_gzip_by_its_first_bytes(client: Client, kept: Kept) -> None:
    body = gzip.compress(b'{"anonymousId":"a","event":"Viewed"}')
    basic = base64.b64encode(f"{WRITE_KEY}:".encode()).decode()
    answer = client.ask("/v1/track", body, Authorization=f"Basic {basic}", Content_Type="application/octet-stream")
    assert answer.status == 200
    assert kept()[0].name == "Viewed"
    assert client.ask(TRACK, gzip.compress(EVENT)).status == 400


def test_a_body_that_trickles_is_refused_after_the_deadline(start: Start, kept: Kept) -> None:
    edge = start(EdgeSettings(request_deadline_seconds=0.2))
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT)[:-5])
        answer = client.answer()
        assert answer.status == 408
        assert answer.json["errors"][0]["type"] == "TIMEOUT"
        assert answer.headers["connection"] == "close"
        assert client.is_closed()
    assert kept() == []


UNKNOWN = {
    "crossengage": ("/api/v1/mobile/unknown/track", {}, 401),
    "webengage": ("/v1/accounts/unknown/bulk-events", {}, 404),
    "webengage with a wrong secret": (EVENTS, {"Authorization": "Bearer nothing"}, 401),
    "customerlabs": ("/source/unknown/", {}, 404),
    "antsomi": ("/event?portal_id=9&prop_id=9&resp_type=json", {}, 401),
}


@pytest.mark.parametrize("path, headers, status", UNKNOWN.values(), ids=UNKNOWN)
def test_the_body_of_a_request_with_an_unknown_key_is_not_read(
    client: Client, path: str, headers: dict[str, str], status: int
) -> None:
    head = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    client.send(f"POST {path} HTTP/1.1\r\nHost: e\r\n{head}Content-Length: 1000000\r\n\r\n{{".encode())
    answer = client.answer()
    assert answer.status == status
    assert answer.headers["connection"] == "close"
    assert client.is_closed()


@pytest.mark.parametrize("path, headers, status", UNKNOWN.values(), ids=UNKNOWN)
def test_the_body_of_a_request_with_an_unknown_key_is_not_unpacked(
    client: Client, path: str, headers: dict[str, str], status: int
) -> None:
    broken = gzip.compress(EVENT)[:-9]
    assert client.ask(path, broken, Content_Encoding="gzip", **headers).status == status


def test_the_body_of_a_request_with_a_known_key_is_awaited(client: Client) -> None:
    body = b'{"mobileId": "m", "event": "Seen"}'
    client.send(f"POST {TRACK} HTTP/1.1\r\nHost: e\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body[:5])
    client.send(body[5:])
    assert client.answer().status == 202


MARKS = b"\xef\xbb\xbf" * 340_000


@pytest.mark.parametrize(
    "path, status",
    [("/v1/t", 401), ("/v1/batch", 401), (TRACK, 400), ("/api/v1/mobile/unknown/track", 401), ("/app/identify", 400)],
)
def test_a_body_of_byte_order_marks_is_refused(connect: Connect, lines: io.StringIO, path: str, status: int) -> None:
    body = MARKS[: 30_000 if path == "/v1/t" else 450_000]
    answer = connect().ask(path, body, CL_User_Agent="Mozilla")
    assert answer.status == status
    assert "exception" not in lines.getvalue()
