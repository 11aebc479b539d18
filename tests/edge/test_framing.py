"""Ambiguous framing is rejected, and bytes after it are not read as a request.

Sources: RFC 9112 (3.2, 5.2, 6.1, 6.3, 7.1, 11.2), RFC 9110 (7.8, 10.1.1).
"""

from __future__ import annotations

import asyncio
import json
import re
import socket
from collections.abc import Callable, Iterable
from contextlib import closing
from typing import Any

import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st
from tests.dialects.dialect_calls import TRACK, Keys
from tests.edge.client import Client, request
from tests.edge.edge_server import RunningEdge, until

from passerby.edge.connection import EdgeConnection
from passerby.edge.framing import FRAMING_LIMIT
from passerby.edge.open_connections import Connections
from passerby.edge.shared import Edge
from passerby.settings import EdgeSettings

Kept = Callable[[], list[Any]]

EVENT = b'{"mobileId":"m1","event":"Viewed"}'
HIDDEN = request(TRACK, b'{"mobileId":"m1","event":"Hidden"}')
"""A request that an attacker hides after another one."""
SIZE = len(EVENT)


def post(*headers: str, body: bytes = EVENT, version: str = "1.1", host: bool = True) -> bytes:
    lines = [f"POST {TRACK} HTTP/{version}", *(["Host: edge"] if host else []), *headers]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def chunked(*chunks: bytes, end: bytes = b"0\r\n\r\n", coding: str = "chunked", **more: Any) -> bytes:
    return post(f"Transfer-Encoding: {coding}", body=b"".join(chunks) + end, **more)


def chunk(data: bytes, extension: bytes = b"") -> bytes:
    return b"%x%b\r\n%b\r\n" % (len(data), extension, data)


AMBIGUOUS = {
    "a length and chunks": post(f"Content-Length: {SIZE}", "Transfer-Encoding: chunked"),
    "chunks and a length": post("Transfer-Encoding: chunked", "Content-Length: 5", body=b"0\r\n\r\n"),
    "two lengths": post(f"Content-Length: {SIZE}", "Content-Length: 5"),
    "the same length twice": post(f"Content-Length: {SIZE}", f"Content-Length: {SIZE}"),
    "a list of lengths": post(f"Content-Length: {SIZE}, {SIZE}"),
    "a signed length": post(f"Content-Length: +{SIZE}"),
    "a negative length": post(f"Content-Length: -{SIZE}"),
    "a hexadecimal length": post("Content-Length: 0x22"),
    "a length with a space": post("Content-Length: 3 4"),
    "an empty length": post("Content-Length: "),
    "a huge length": post("Content-Length: 18446744073709551616"),
    "a length of other digits": post("Content-Length: \xb2"),
    "a space before the colon": post(f"Content-Length : {SIZE}"),
    "a folded header": post("X: a", " b", f"Content-Length: {SIZE}"),
    "a folded coding": post("Transfer-Encoding:", " chunked", body=chunk(EVENT) + b"0\r\n\r\n"),
    "a header that begins with a space": b"POST / HTTP/1.1\r\n X: a\r\nHost: e\r\n\r\n",
    "bare line feeds": post(f"Content-Length: {SIZE}").replace(b"\r\n", b"\n"),
    "one bare line feed": post("X: a\nY: b", f"Content-Length: {SIZE}"),
    "one bare carriage return": post("X: a\rY: b", f"Content-Length: {SIZE}"),
    "a coding without chunks": post("Transfer-Encoding: identity"),
    "chunks that are not last": chunked(coding="chunked, identity"),
    "a coding before the chunks": chunked(chunk(EVENT), coding="gzip, chunked"),
    "a coding in a header before the chunks": chunked(chunk(EVENT), coding="gzip\r\nTransfer-Encoding: chunked"),
    "another word for chunks": chunked(chunk(EVENT), coding="xchunked"),
    "chunks twice": chunked(chunk(EVENT), coding="chunked\r\nTransfer-Encoding: chunked"),
    "chunks and another coding": chunked(chunk(EVENT), coding="chunked\r\nTransfer-Encoding: identity"),
    "chunks after a control character": chunked(chunk(EVENT), coding="\x0bchunked"),
    "chunks in HTTP/1.0": chunked(chunk(EVENT), version="1.0"),
    "a chunk of negative size": chunked(b"-3\r\nabc\r\n"),
    "a chunk of 0x size": chunked(b"0x3\r\nabc\r\n"),
    "a chunk without a size": chunked(b"\r\nabc\r\n"),
    "a chunk of huge size": chunked(b"1" + b"0" * 16 + b"\r\nabc\r\n"),
    "a space behind a chunk's size": chunked(b"3 \r\nabc\r\n"),
    "a chunk that is longer than it says": chunked(b"2\r\nabc\r\n"),
    "chunks with bare line feeds": chunked(b"3\nabc\n", end=b"0\n\n"),
    "an extension that ends in a bare line feed": chunked(b"3;a\nabc\r\n"),
    "a trailer with a length": chunked(chunk(EVENT), end=b"0\r\nContent-Length: 5\r\n\r\n"),
    "no host": post(f"Content-Length: {SIZE}", host=False),
    "two hosts": post(f"Content-Length: {SIZE}", "Host: other"),
    "the same host twice in HTTP/1.0": post(f"Content-Length: {SIZE}", "Host: edge", version="1.0"),
    "HTTP/0.9": f"POST {TRACK}\r\n\r\n".encode() + EVENT,
    "a request for another protocol without a host": post("Connection: Upgrade", "Upgrade: h2c", host=False),
    "a tunnel": b"CONNECT shop.example:443 HTTP/1.1\r\nHost: shop.example\r\n\r\n",
    "a target that is no path": b"GET http:// HTTP/1.1\r\nHost: e\r\n\r\n",
}


@pytest.mark.parametrize("data", AMBIGUOUS.values(), ids=AMBIGUOUS)
def test_an_ambiguous_request_is_rejected_with_everything_after_it(edge: RunningEdge, kept: Kept, data: bytes) -> None:
    with closing(Client(edge.port)) as client:
        client.send(data + HIDDEN)
        answers = client.rest()
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"400"]
    assert b"connection: close" in answers
    assert not kept()
    assert edge.edge.counts.internal_errors == 0


UNAMBIGUOUS = {
    "a length": post(f"Content-Length: {SIZE}"),
    "a length with blanks around it": post(f"Content-Length: \t {SIZE} "),
    "chunks": chunked(chunk(EVENT[:9]), chunk(EVENT[9:])),
    "chunks with extensions": chunked(chunk(EVENT[:9], b";a=b"), chunk(EVENT[9:], b';c="d;e"'), end=b"0;f\r\n\r\n"),
    "chunks with trailers": chunked(chunk(EVENT), end=b"0\r\nX-Checksum: 1\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n"),
    "chunks with leading zeros": chunked(b"000" + chunk(EVENT)),
    "chunks in capitals": chunked(chunk(EVENT), coding="CHUNKED"),
    "no host in HTTP/1.0": post(f"Content-Length: {SIZE}", version="1.0", host=False),
    "blank lines before it": b"\r\n\r\n" + post(f"Content-Length: {SIZE}"),
    "an absolute target": post(f"Content-Length: {SIZE}").replace(b" /api", b" http://edge/api"),
    "a wish for another protocol": post(f"Content-Length: {SIZE}", "Connection: Upgrade", "Upgrade: h2c"),
    "an expectation": post(f"Content-Length: {SIZE}", "Expect: 100-Continue"),
}


@pytest.mark.parametrize("data", UNAMBIGUOUS.values(), ids=UNAMBIGUOUS)
def test_a_request_that_is_not_ambiguous_is_taken(edge: RunningEdge, kept: Kept, data: bytes) -> None:
    with closing(Client(edge.port)) as client:
        client.send(data)
        assert client.answer().status == 202
    assert [(message.name, message.context["ip"]) for message in kept()] == [("Viewed", "127.0.0.1")]


@pytest.mark.parametrize("method", ["GET", "HEAD", "OPTIONS"])
def test_a_health_check_in_http_1_0_needs_no_host(edge: RunningEdge, method: str) -> None:
    """As HAProxy sends it. The port has no path that says whether the server is healthy: that is the console's."""
    with closing(Client(edge.port)) as client:
        client.send(f"{method} / HTTP/1.0\r\n\r\n".encode())
        assert client.answer(method).status == 404
        assert client.is_closed()
    assert edge.edge.rejections.take()[0] == []


def test_an_unknown_expectation_fails(edge: RunningEdge, kept: Kept) -> None:
    with closing(Client(edge.port)) as client:
        client.send(post(f"Content-Length: {SIZE}", "Expect: 200-ok"))
        answer = client.answer()
        assert (answer.status, answer.json["error"]["code"]) == (417, "expectation_failed")
        assert client.is_closed()
    assert not kept()


def test_nothing_is_read_after_a_request_that_closes_the_connection(edge: RunningEdge, kept: Kept) -> None:
    for closing_request in (
        request(TRACK, EVENT, Connection="close"),
        request(TRACK, EVENT).replace(b"HTTP/1.1", b"HTTP/1.0"),
        request(TRACK, EVENT, Connection="keep-alive").replace(b"HTTP/1.1", b"HTTP/1.0"),
        request(TRACK, EVENT, Connection="close, Upgrade", Upgrade="h2c"),
        request(TRACK, EVENT, Connection="Upgrade", Upgrade="h2c").replace(b"HTTP/1.1", b"HTTP/1.0"),
    ):
        with closing(Client(edge.port)) as client:
            client.send(closing_request + HIDDEN + b"\x00rubbish")
            answers = client.rest()
        assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"202"]
        assert b"connection: close" in answers
    assert [message.name for message in kept()] == ["Viewed"] * 5


def test_chunks_with_far_more_around_them_than_in_them_are_rejected(edge: RunningEdge, kept: Kept) -> None:
    with closing(Client(edge.port)) as client:
        client.send(post("Transfer-Encoding: chunked", body=chunk(EVENT)))
        until(lambda: any(connection.is_sending for connection in edge.connections))
        for _ in range(3 * FRAMING_LIMIT // 10_000):
            client.send(chunk(b" ", b";" + b"x" * 10_000))
        assert client.answer().status == 400
        assert client.is_closed()
    assert not kept()


def test_many_wishes_for_another_protocol_in_one_piece_are_declined_one_by_one(edge: RunningEdge) -> None:
    wish = b"GET / HTTP/1.1\r\nHost: e\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    with closing(Client(edge.port)) as client:
        client.send(wish * 1_500)
        assert [client.answer().status for _ in range(1_500)] == [404] * 1_500


class Disk:
    """A log that takes everything at once."""

    def append(self, encoded: Any, counts: Any, received_at: int) -> Any:
        """Forget it."""

    def prune(self, now: int) -> int:
        return now

    def close(self) -> None:
        """Nothing is open."""


def answers_to(pieces: Iterable[bytes]) -> list[bytes]:
    """What is written to a client from which these pieces are received one by one, without the messages' ids."""

    async def drive() -> bytes:
        ours, theirs = socket.socketpair()
        loop = asyncio.get_running_loop()
        edge = Edge(Keys(), Disk(), EdgeSettings())
        with closing(edge), theirs:
            connections = Connections(edge)
            _, connection = await loop.connect_accepted_socket(lambda: EdgeConnection(connections), ours)
            for piece in pieces:
                connection.data_received(piece)
                await asyncio.sleep(0)
            while connection.is_busy:  # noqa: ASYNC110 - it has no event for this, and needs none
                await asyncio.sleep(0)
            connection.stop()
            theirs.setblocking(False)  # noqa: FBT003 - as the standard library has it
            answers = b""
            while piece := await loop.sock_recv(theirs, 65_536):
                answers += piece
            connection.abort()
            await asyncio.wait_for(connections.none_open.wait(), 10)
        return answers

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        written = runner.run(drive())
    return [re.sub(rb'"messageId":"[^"]*"', b"", each) for each in re.split(rb"HTTP/1\.1 (?=\d)", written)[1:]]


SEQUENCES = {
    "requests of all kinds": b"".join(
        (
            request(TRACK, EVENT),
            request(TRACK, method="OPTIONS"),
            chunked(chunk(EVENT[:9], b";a=b"), chunk(EVENT[9:]), end=b"0\r\nX: y\r\n\r\n"),
            request("/nowhere", b"ignored"),
            request(TRACK, b"{"),
            request(TRACK, EVENT, Connection="Upgrade", Upgrade="h2c"),
            request(TRACK, method="HEAD"),
            request(TRACK, EVENT, Connection="close"),
            HIDDEN,
        )
    ),
    "a request, and one that is ambiguous": request(TRACK, EVENT) + AMBIGUOUS["two lengths"] + HIDDEN,
    "a request, and one with a broken chunk": request(TRACK, EVENT) + AMBIGUOUS["a chunk of 0x size"] + HIDDEN,
}
STATUSES = {
    "requests of all kinds": [b"202", b"204", b"202", b"404", b"400", b"202", b"405", b"202"],
    "a request, and one that is ambiguous": [b"202", b"400"],
    "a request, and one with a broken chunk": [b"202", b"400"],
}


@pytest.mark.parametrize("name", SEQUENCES)
def test_answers_do_not_depend_on_where_what_is_sent_is_cut(name: str) -> None:
    data = SEQUENCES[name]
    expected = answers_to([data[:-1], data[-1:]])
    byte_by_byte = answers_to(data[at : at + 1] for at in range(len(data)))
    assert byte_by_byte == expected
    assert [answer[:3] for answer in expected] == STATUSES[name]
    for at in range(1, len(data), 3):
        assert answers_to([data[:at], data[at:]]) == expected


@given(cuts=st.sets(st.integers(1, len(SEQUENCES["requests of all kinds"]) - 1), max_size=12))
def test_answers_do_not_depend_on_how_often_what_is_sent_is_cut(cuts: set[int]) -> None:
    data = SEQUENCES["requests of all kinds"]
    ends = [*sorted(cuts), len(data)]
    pieces = [data[begin:end] for begin, end in zip([0, *ends], ends, strict=False)]
    assert [answer[:3] for answer in answers_to(pieces)] == STATUSES["requests of all kinds"]


def test_an_unwanted_body_that_is_broken_gets_one_answer() -> None:
    """Not found, or malformed where that is known before the path is looked at."""
    data = chunked(b"3\r\nabc\r\nx").replace(TRACK.encode(), b"/nowhere") + HIDDEN
    for at in range(1, len(data)):
        (answer,) = answers_to([data[:at], data[at:]])
        assert answer[:3] in {b"404", b"400"}


def test_a_body_in_single_bytes_is_one_body() -> None:
    body = json.dumps({"mobileId": "m1", "event": "E", "properties": {"text": "x" * 5_000}}).encode()
    (answer,) = answers_to([chunked(*(chunk(body[at : at + 1]) for at in range(len(body))))])
    assert answer.startswith(b"202")
