"""A request has the same response in one piece or in several."""

from __future__ import annotations

import gzip
import json
import socket
from collections.abc import Callable
from contextlib import closing
from typing import Any

import pytest
from tests.dialects.dialect_calls import TRACK
from tests.edge.client import Answer, Client, request
from tests.edge.conftest import Start
from tests.edge.edge_server import GatedLog, RunningEdge, until

from passerby.log.protocol import LogFull
from passerby.proxies import Networks, TrustedProxies

EVENT = json.dumps({"mobileId": "m-1", "event": "Opened"}).encode()

Kept = Callable[[], list[Any]]

REQUESTS = {
    "accepted": request(TRACK, EVENT),
    "accepted with a query": request(f"{TRACK}?a=b", EVENT),
    "percent-encoded": request(TRACK.replace("track", "tr%61ck"), EVENT),
    "unpacked": request(TRACK, gzip.compress(EVENT), Content_Encoding="gzip"),
    "invalid": request(TRACK, b'{"event": "Opened"}'),
    "no json": request(TRACK, b"{"),
    "unknown key": request("/api/v1/mobile/unknown/track", EVENT),
    "unknown path": request("/nowhere", EVENT),
    "another method": request(TRACK, EVENT, "PUT"),
    "preflight": request(TRACK, b"", "OPTIONS", Origin="https://shop.example", Access_Control_Request_Method="POST"),
    "too large": request(TRACK, b" " * ((1 << 20) + 1)),
    "closing": request(TRACK, EVENT, Connection="close"),
    "of an old client": request(TRACK, EVENT).replace(b"HTTP/1.1", b"HTTP/1.0"),
}


def answered(edge: RunningEdge, data: bytes, first: int) -> Answer:
    """The answer to these bytes, of which so many go ahead; what differs with each request is taken out of it."""
    with closing(Client(edge.port)) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        client.send(data[:first])
        if first < len(data):
            until(lambda: any(connection.is_busy or connection.is_sending for connection in edge.connections))
            client.send(data[first:])
        answer = client.answer()
        body = answer.json if answer.body else {}
        body.pop("messageId", None)
        return answer._replace(body=json.dumps(body).encode())


@pytest.mark.parametrize("data", REQUESTS.values(), ids=REQUESTS)
def test_a_request_in_pieces_gets_the_same_answer(edge: RunningEdge, kept: Kept, data: bytes) -> None:
    head = data.index(b"\r\n\r\n") + 4
    whole = answered(edge, data, len(data))
    count = len(kept())
    if head < len(data):
        assert answered(edge, data, head) == whole
        assert len(kept()) == 2 * count
    assert count == (whole.status == 202)


def test_these_requests_are_of_all_kinds(edge: RunningEdge) -> None:
    statuses = {answered(edge, data, len(data)).status for data in REQUESTS.values()}
    assert {202, 204, 400, 404, 405, 413} <= statuses


def test_a_log_that_rejects_writes_is_reported_in_the_dialects_shape(
    edge: RunningEdge, log: GatedLog, kept: Kept
) -> None:
    log.fault = LogFull("no space")
    with closing(Client(edge.port)) as client:
        refused = client.ask(TRACK, EVENT)
        assert (refused.status, refused.headers["retry-after"]) == (503, "5")
        assert refused.json["errors"][0]["type"] == "UNAVAILABLE"
        log.fault = None
        assert client.ask(TRACK, EVENT).status == 202
    assert len(kept()) == 1


def test_requests_ahead_of_their_turn_wait_for_it(edge: RunningEdge, log: GatedLog, kept: Kept) -> None:
    """The second and third come with the first, which is still waiting for the disk."""
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT) + request(TRACK, b"{") + request(TRACK, EVENT, Connection="close"))
        assert log.reached.wait(20)
        log.open.set()
        assert [client.answer().status for _ in range(3)] == [202, 400, 202]
        assert client.is_closed()
    assert len(kept()) == 2


def test_a_body_that_is_malformed_after_its_first_chunk_is_rejected(edge: RunningEdge, kept: Kept) -> None:
    with closing(Client(edge.port)) as client:
        client.send(f"POST {TRACK} HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n".encode())
        until(lambda: any(connection.is_busy or connection.is_sending for connection in edge.connections))
        client.send(b"no number\r\n")
        assert client.answer().status == 400
        assert client.is_closed()
    assert not kept()


def test_what_is_held_for_others_refuses_a_request_in_one_piece_too(edge: RunningEdge, kept: Kept) -> None:
    edge.edge.budget.taken += 1 << 40
    with closing(Client(edge.port)) as client:
        refused = client.ask(TRACK, EVENT)
        assert (refused.status, refused.headers["retry-after"]) == (429, "1")
        edge.edge.budget.taken -= 1 << 40
        assert client.ask(TRACK, EVENT).status == 202
    assert len(kept()) == 1


def test_events_through_a_trusted_proxy_have_the_clients_address(edge: RunningEdge, kept: Kept) -> None:
    data = request(TRACK, EVENT, X_Forwarded_For="198.51.100.1, 203.0.113.7")
    for first in (len(data), data.index(b"\r\n\r\n") + 4):
        assert answered(edge, data, first).status == 202
    assert [message.context["ip"] for message in kept()] == ["203.0.113.7", "203.0.113.7"]


def test_headers_of_a_peer_that_is_no_trusted_proxy_are_ignored(start: Start, kept: Kept) -> None:
    edge = start(proxies=TrustedProxies(Networks("10.0.0.0/8")))
    data = request(TRACK, EVENT, X_Forwarded_For="203.0.113.7", Forwarded="for=203.0.113.8", X_Real_IP="203.0.113.9")
    for first in (len(data), data.index(b"\r\n\r\n") + 4):
        assert answered(edge, data, first).status == 202
    assert [message.context["ip"] for message in kept()] == ["127.0.0.1", "127.0.0.1"]


@pytest.mark.parametrize("value", ["", "[", "[::1%25]:99999", '"', "for=;;,", "a" * 20_000, ", " * 5_000, "\x80\xff"])
def test_the_event_is_stored_for_any_proxy_header(edge: RunningEdge, kept: Kept, value: str) -> None:
    headers = {"X_Forwarded_For": value, "Forwarded": value, "X_Real_IP": value}
    for name in headers:
        data = request(TRACK, EVENT, **{name: value})
        for first in (len(data), data.index(b"\r\n\r\n") + 4):
            assert answered(edge, data, first).status == 202
    assert {message.context["ip"] for message in kept()} == {"127.0.0.1"}
