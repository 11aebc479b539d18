"""Limits of connections: number, time, and bytes before a request."""

from __future__ import annotations

import io
import re
import socket
import threading
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, suppress
from typing import Any

import pytest
from tests.dialects.dialect_calls import TRACK
from tests.edge.client import Client, request
from tests.edge.edge_server import GatedLog, RunningEdge, until

from passerby.settings import EdgeSettings

Kept = Callable[[], list[Any]]
Start = Callable[..., RunningEdge]

EVENT = b'{"mobileId":"m1","event":"Viewed"}'
IMPATIENT = EdgeSettings(request_deadline_seconds=0.2, idle_seconds=0.3)


@pytest.fixture
def impatient(start: Start) -> RunningEdge:
    return start(IMPATIENT)


def test_an_idle_connection_without_a_request_is_closed(impatient: RunningEdge) -> None:
    with closing(Client(impatient.port)) as client:
        assert client.is_closed()


def test_a_connection_that_becomes_idle_is_closed(impatient: RunningEdge) -> None:
    with closing(Client(impatient.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202
        assert client.is_closed()


def test_a_connection_that_sends_only_blank_lines_is_closed(impatient: RunningEdge) -> None:
    with closing(Client(impatient.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202
        client.send(b"\r\n")
        assert client.is_closed()


def test_a_head_that_never_ends_is_refused_after_the_deadline(impatient: RunningEdge) -> None:
    with closing(Client(impatient.port)) as client:
        client.send(f"POST {TRACK} HTTP/1.1\r\nHost: e".encode())
        answer = client.answer()
        assert answer.status == 408
        assert answer.json["error"]["code"] == "too_slow"
        assert client.is_closed()


def test_the_read_timeout_applies_to_a_discarded_body(impatient: RunningEdge) -> None:
    with closing(Client(impatient.port)) as client:
        client.send(request("/nowhere", EVENT)[:-5])
        assert client.answer().status == 404
        assert client.is_closed()


def test_a_request_in_pieces_that_come_in_time_is_taken(start: Start) -> None:
    edge = start()
    data = request(TRACK, EVENT)
    with closing(Client(edge.port)) as client:
        client.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for begin in range(0, len(data), 7):
            client.send(data[begin : begin + 7])
        assert client.answer().status == 202


@pytest.mark.parametrize("pieces", [1, 50])
def test_a_head_that_is_too_large_is_refused(edge: RunningEdge, pieces: int) -> None:
    head = f"POST {TRACK} HTTP/1.1\r\nHost: e\r\nX-Long: {'x' * 40_000}\r\n\r\n".encode()
    size = len(head) // pieces + 1
    with closing(Client(edge.port)) as client:
        for begin in range(0, len(head), size):
            client.send(head[begin : begin + size])
        answer = client.answer()
        assert answer.status == 431
        assert client.is_closed()


def test_a_head_without_end_is_refused_when_it_is_too_large(edge: RunningEdge) -> None:
    with closing(Client(edge.port)) as client:
        client.send(b"GET /" + b"x" * 40_000)
        assert client.answer().status == 431


def test_a_large_head_within_the_limit_is_taken(edge: RunningEdge) -> None:
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT, X_Long="x" * 30_000).status == 202
        assert client.ask(TRACK, b" " * 100_000 + EVENT, X_Long="x" * 30_000).status == 202


def test_connections_beyond_the_limit_get_retry_after(start: Start) -> None:
    edge = start(EdgeSettings(max_connections=3))
    with ExitStack() as stack:
        clients = [stack.enter_context(closing(Client(edge.port))) for _ in range(3)]
        assert [client.ask(TRACK, EVENT).status for client in clients] == [202] * 3
        late = stack.enter_context(closing(Client(edge.port)))
        answer = late.answer()
        assert answer.status == 429
        assert answer.headers["retry-after"] == "1"
        assert late.is_closed()
        assert [client.ask(TRACK, EVENT).status for client in clients] == [202] * 3
        clients[0].close()
        until(lambda: len(edge.connections) == 3)
        assert stack.enter_context(closing(Client(edge.port))).ask(TRACK, EVENT).status == 202


def test_far_beyond_the_limit_connections_are_just_closed(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.edge.connection.MOST_LEAVING", 0)
    edge = start(EdgeSettings(max_connections=1))
    with closing(Client(edge.port)) as first, closing(Client(edge.port)) as second:
        assert first.ask(TRACK, EVENT).status == 202
        assert second.is_closed()


@pytest.mark.parametrize(
    "rubbish",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",  # what a TLS client begins with
        b"HELO mail.example\r\n\r\n",
        b"GET / HTTP/9.9\r\n\r\n",
        b"GET /\xff HTTP/1.1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 99999999999999999999999\r\n\r\n",
        b"POST / HTTP/1.1\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n",
        b"GET / HTTP/1.1\r\nBad Header: x\r\n\r\n",
        b"GET / HTTP/1.1\r\nX: a\x00b\r\n\r\n",
        b"CONNECT shop.example:443 HTTP/1.1\r\n\r\n",
    ],
)
def test_what_is_not_http_is_refused(edge: RunningEdge, rubbish: bytes) -> None:
    with closing(Client(edge.port)) as client:
        client.send(rubbish)
        answer = client.answer()
        assert answer.status == 400
        assert answer.json["error"]["code"] == "bad_request"
        assert client.is_closed()
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202


def test_a_chunk_that_is_broken_refuses_its_request(edge: RunningEdge, kept: Kept) -> None:
    with closing(Client(edge.port)) as client:
        client.send(f"POST {TRACK} HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab".encode())
        client.send(b"cde\r\nzzz\r\n")
        assert client.answer().status == 400
        assert client.is_closed()
    assert kept() == []


def test_garbage_after_a_request_does_not_change_its_response(edge: RunningEdge, log: GatedLog, kept: Kept) -> None:
    for is_open in (True, False):
        if not is_open:
            log.open.clear()
        with closing(Client(edge.port)) as client:
            client.send(request(TRACK, EVENT) + b"\x00rubbish\r\n\r\n")
            log.open.set()
            assert [client.answer().status for _ in range(2)] == [202, 400]
            assert client.is_closed()
    assert len(kept()) == 2


def test_a_malformed_pipelined_body_is_rejected_in_order(edge: RunningEdge, log: GatedLog, kept: Kept) -> None:
    log.open.clear()
    head = f"POST {TRACK} HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{{}}\r\n".encode()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT) + head)
        assert log.reached.wait(20)
        client.send(b"no number\r\n")
        log.open.set()
        assert [client.answer().status for _ in range(2)] == [202, 400]
        assert client.is_closed()
    assert len(kept()) == 1


def test_a_head_that_is_late_is_not_answered_before_the_request_ahead_of_it(start: Start, log: GatedLog) -> None:
    edge = start(IMPATIENT)
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT) + b"POST /")
        assert log.reached.wait(20)
        time.sleep(2 * IMPATIENT.request_deadline_seconds)
        log.open.set()
        assert [client.answer().status for _ in range(2)] == [202, 408]
        assert client.is_closed()


def test_a_body_that_is_late_is_not_refused_before_its_turn(start: Start, log: GatedLog) -> None:
    edge = start(IMPATIENT)
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send((request(TRACK, EVENT) * 2)[:-5])
        assert log.reached.wait(20)
        time.sleep(2 * IMPATIENT.request_deadline_seconds)
        log.open.set()
        assert [client.answer().status for _ in range(2)] == [202, 408]


def test_100_continue_is_sent_in_turn(edge: RunningEdge, log: GatedLog) -> None:
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send((request(TRACK, EVENT) + request(TRACK, EVENT, Expect="100-continue"))[: -len(EVENT)])
        assert log.reached.wait(20)
        log.open.set()
        assert client.answer().status == 202
        assert client.line() + client.line() == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.send(EVENT)
        assert client.answer().status == 202


def send_until_closed(client: Client, data: bytes) -> None:
    with suppress(OSError):
        client.send(data)


def test_reading_pauses_while_responses_are_not_fetched(edge: RunningEdge) -> None:
    """Pipelined requests stay in the system's buffers, and every response arrives."""
    asked = request("/sdk/web_event.js", method="GET")
    number = 20_000_000 // len(asked)
    with closing(Client(edge.port)) as client:
        sender = threading.Thread(target=send_until_closed, args=(client, asked * number))
        sender.start()
        until(lambda: any(connection.is_busy for connection in edge.connections))
        sender.join(0.5)
        assert sender.is_alive()
        (connection,) = edge.connections
        assert connection.is_busy
        assert connection._transport.get_write_buffer_size() < 1_000_000  # noqa: SLF001 - what this is about
        assert len(connection._queue) < 10_000  # noqa: SLF001 - as above
        whole = len(client.answer("GET").body)
        for _ in range(200):
            answer = client.answer("GET")
            assert (answer.status, len(answer.body)) == (200, whole)
        client.socket.shutdown(socket.SHUT_RDWR)
        sender.join(20)


def test_a_client_that_never_fetches_its_responses_is_disconnected(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerby.edge.connection.STUCK_SECONDS", 0.1)
    edge = start()
    with closing(Client(edge.port)) as client:
        client.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 10_000)
        client.send(request("/sdk/web_event.js", method="GET") * 1_000)
        until(lambda: not edge.connections)


def test_a_request_of_a_disconnected_client_is_counted(edge: RunningEdge, log: GatedLog, kept: Kept) -> None:
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT))
        assert log.reached.wait(20)
        client.reset_when_closed()
    until(lambda: not edge.connections)
    log.open.set()
    until(kept)
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202
    assert edge.edge.counts._requests[("crossengage", "track", 202)] == 2  # noqa: SLF001 - it is not published yet
    assert len(kept()) == 2


def test_an_internal_error_in_a_head_is_answered_counted_and_logged(
    edge: RunningEdge, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    def fail(_url: bytes) -> None:
        raise KeyError("ada@example.com")

    with monkeypatch.context() as patch, closing(Client(edge.port)) as client:
        patch.setattr("passerby.edge.connection.split_target", fail)
        answer = client.ask(TRACK, EVENT)
        assert answer.status == 500
        assert client.is_closed()
    assert edge.edge.counts.internal_errors == 1
    assert "KeyError" in lines.getvalue()
    assert "ada" not in lines.getvalue()
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202


def test_requests_sent_ahead_are_answered_in_order(edge: RunningEdge, kept: Kept) -> None:
    bodies = [b'{"mobileId":"m1","event":"E%d"}' % number for number in range(5)] + [b"broken"]
    with closing(Client(edge.port)) as client:
        client.send(b"".join(request(TRACK, body) for body in bodies))
        assert [client.answer().status for _ in bodies] == [202] * 5 + [400]
    assert [message.name for message in kept()] == ["E0", "E1", "E2", "E3", "E4"]


def test_a_wish_for_another_protocol_is_ignored(edge: RunningEdge, kept: Kept) -> None:
    wish = {"Connection": "Upgrade, HTTP2-Settings", "Upgrade": "h2c", "HTTP2_Settings": "AAEAAEAAAAIAAAAB"}
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT, **wish).status == 202
        assert client.ask(TRACK, EVENT).status == 202
        client.send(request(TRACK, EVENT, **wish) * 3)
        assert [client.answer().status for _ in range(3)] == [202] * 3
        split = request(TRACK, EVENT, **wish)
        client.send(split[:-10])
        client.send(split[-10:])
        assert client.answer().status == 202
        assert client.ask(TRACK, method="GET", Connection="Upgrade", Upgrade="websocket").status == 405
    assert len(kept()) == 6


def test_an_old_client_that_wants_the_connection_closed_gets_that(edge: RunningEdge) -> None:
    with closing(Client(edge.port)) as client:
        client.send(b"POST %b HTTP/1.0\r\nContent-Length: %d\r\n\r\n%b" % (TRACK.encode(), len(EVENT), EVENT))
        assert client.answer().status == 202
        assert client.is_closed()


def test_a_reset_connection_affects_no_other_client(edge: RunningEdge, kept: Kept) -> None:
    for cut in (3, 60, -3):
        with closing(Client(edge.port)) as client:
            client.send(request(TRACK, EVENT)[:cut])
            client.reset_when_closed()
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202
    assert len(kept()) == 1


@pytest.mark.parametrize("resets", [True, False])
def test_who_has_left_before_the_answer_is_not_missed(
    edge: RunningEdge, log: GatedLog, kept: Kept, *, resets: bool
) -> None:
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT))
        assert log.reached.wait(20)
        if resets:
            client.reset_when_closed()
    if resets:
        until(lambda: not edge.connections)
    log.open.set()
    until(lambda: not edge.connections)
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202
    assert len(kept()) == 2


@pytest.mark.parametrize("requests", [1, 3])
def test_a_client_that_closes_its_side_after_a_request_is_answered(
    edge: RunningEdge, log: GatedLog, kept: Kept, requests: int
) -> None:
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT) * requests)
        client.half_close()
        assert log.reached.wait(20)
        log.open.set()
        answers = client.rest()
    assert re.findall(rb"HTTP/1\.1 (\d+)", answers) == [b"202"] * requests
    assert len(kept()) == requests
    until(lambda: not edge.connections)


@pytest.mark.parametrize("cut", [10, -3])
def test_the_connection_closes_if_the_client_half_closes_within_a_request(
    edge: RunningEdge, kept: Kept, cut: int
) -> None:
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT)[:cut])
        client.half_close()
        assert client.rest() == b""
    until(lambda: not edge.connections)
    assert not kept()


def test_a_request_without_an_answer_is_given_up_at_last(
    start: Start, log: GatedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerby.edge.connection.STUCK_SECONDS", 0.1)
    edge = start()
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT))
        assert client.is_closed()


def send_for_ever(client: Client) -> None:
    while True:
        client.send(b"x" * 100_000)


def test_lingering_ends(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("passerby.edge.connection.LINGER_SECONDS", 0.1)
    edge = start()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, b"x" * 2_000_000)[:1_000_000])
        assert client.answer().status == 413
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            send_for_ever(client)


def test_a_stopping_edge_answers_what_it_has_begun_and_hangs_up_on_the_rest(
    start: Start, log: GatedLog, kept: Kept
) -> None:
    edge = start()
    with closing(Client(edge.port)) as idle, closing(Client(edge.port)) as busy:
        assert idle.ask(TRACK, EVENT).status == 202
        log.reached.clear()
        log.open.clear()
        busy.send(request(TRACK, EVENT))
        assert log.reached.wait(20)
        edge.ask_to_stop()
        assert idle.is_closed()
        log.open.set()
        assert busy.answer().status == 202
        assert busy.is_closed()
    assert len(kept()) == 2


def is_refused(port: int) -> bool:
    try:
        Client(port).close()
    except ConnectionRefusedError:
        return True
    return False


def test_a_stopping_edge_answers_pipelined_requests(start: Start, log: GatedLog, kept: Kept) -> None:
    edge = start()
    log.open.clear()
    with closing(Client(edge.port)) as busy:
        busy.send(request(TRACK, EVENT) * 3)
        assert log.reached.wait(20)
        edge.ask_to_stop()
        until(lambda: is_refused(edge.port))
        log.open.set()
        answers = [busy.answer() for _ in range(3)]
        assert [(answer.status, answer.headers.get("connection")) for answer in answers] == [
            (202, None),
            (202, None),
            (202, "close"),
        ]
        assert busy.is_closed()
    assert len(kept()) == 3


def test_a_stopping_edge_closes_connections_with_unwanted_bodies(start: Start) -> None:
    edge = start()
    with closing(Client(edge.port)) as client:
        client.send(request("/nowhere", b"x" * 1_000)[:-500])
        assert client.answer().status == 404
        edge.ask_to_stop()
        assert client.is_closed()


def test_an_edge_that_is_asked_to_stop_twice_answers_what_it_has_begun(start: Start, log: GatedLog, kept: Kept) -> None:
    edge = start()
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT))
        assert log.reached.wait(20)
        edge.ask_to_stop()
        edge.ask_to_stop()
        until(lambda: is_refused(edge.port))
        log.open.set()
        assert client.answer().status == 202
    assert len(kept()) == 1


def test_a_stopping_edge_does_not_wait_without_limit(
    start: Start, log: GatedLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerby.edge.server.GRACE_SECONDS", 0.1)
    edge = start()
    log.open.clear()
    with closing(Client(edge.port)) as client:
        client.send(request(TRACK, EVENT))
        assert log.reached.wait(20)
        edge.ask_to_stop()
        assert client.is_closed()
