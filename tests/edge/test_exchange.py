"""The edge responds in the dialect's format, and acknowledges only what is on disk."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable
from contextlib import closing
from typing import Any

import msgspec
import pytest
from tests.dialects.dialect_calls import API_KEY, BULK_EVENTS, EVENTS, IDENTIFY, PROJECT, TRACK
from tests.edge.client import Client, request
from tests.edge.edge_server import GatedLog, RunningEdge, until

from passerby.dialects import registry
from passerby.dialects.contract import Call, Fault, Lookup, LookupResult, Outcome, Reply, RequestFault
from passerby.log.protocol import LogDamaged, LogFull
from passerby.settings import EdgeSettings

Kept = Callable[[], list[Any]]
Start = Callable[..., RunningEdge]
Connect = Callable[[], Client]

EVENT = b'{"mobileId":"m1","event":"Viewed","properties":{"price":9.5}}'


def test_an_accepted_event_is_in_the_log_when_its_answer_comes(client: Client, kept: Kept) -> None:
    answer = client.ask(TRACK, EVENT)
    assert answer.status == 202
    assert answer.json["status"] == "queued"
    (message,) = kept()
    assert (message.project, message.name, message.properties) == (PROJECT, "Viewed", {"price": 9.5})
    assert message.id == answer.json["messageId"]
    assert message.context["ip"] == "127.0.0.1"


def test_one_connection_takes_many_requests(client: Client, kept: Kept) -> None:
    for number in range(20):
        assert client.ask(TRACK, b'{"mobileId":"m%d","event":"Viewed"}' % number).status == 202
    assert [message.identifiers[0].value for message in kept()] == [f"m{number}" for number in range(20)]


def test_all_messages_of_a_bulk_call_are_kept_together(client: Client, log: GatedLog, kept: Kept) -> None:
    records = [{"userId": f"u{number}", "eventName": "Bought"} for number in range(25)]
    answer = client.ask(BULK_EVENTS, json.dumps({"events": records}).encode(), Authorization=f"Bearer {API_KEY}")
    assert answer.status == 201
    assert log.writes == [25]
    assert len(kept()) == 25


def test_the_answer_waits_for_the_disk(client: Client, log: GatedLog, kept: Kept) -> None:
    log.open.clear()
    client.send(request(TRACK, EVENT))
    assert log.reached.wait(20)
    client.socket.settimeout(0.1)
    with pytest.raises(TimeoutError):
        client.socket.recv(1)
    assert kept() == []
    client.socket.settimeout(20)
    log.open.set()
    assert client.answer().status == 202
    assert len(kept()) == 1


def test_requests_that_wait_share_one_write(connect: Connect, log: GatedLog, edge: RunningEdge) -> None:
    log.open.clear()
    first, *others = [connect() for _ in range(30)]
    first.send(request(TRACK, EVENT))
    assert log.reached.wait(20)
    size = edge.edge.budget.taken
    for client in others:
        client.send(request(TRACK, EVENT))
    until(lambda: edge.edge.budget.taken == 30 * size)
    log.open.set()
    assert [client.answer().status for client in (first, *others)] == [202] * 30
    assert log.writes == [1, 29]


def test_a_refused_request_keeps_nothing(client: Client, kept: Kept) -> None:
    assert client.ask(IDENTIFY, b'{"mobileId":"m1"}').status == 400
    assert client.ask(TRACK, b"no json").status == 400
    assert client.ask(TRACK.replace("mobile-key", "another"), EVENT).status == 401
    assert kept() == []


@pytest.mark.parametrize("trouble", [LogFull("no space"), LogDamaged("broken"), ValueError("a mistake")])
def test_a_log_that_takes_nothing_is_a_503_until_it_does(
    client: Client, log: GatedLog, kept: Kept, trouble: Exception
) -> None:
    log.fault = trouble
    for _ in range(2):
        answer = client.ask(TRACK, EVENT)
        assert answer.status == 503
        assert answer.headers["retry-after"] == "5"
        assert answer.json["errors"][0]["type"] == "UNAVAILABLE"
    log.fault = None
    assert client.ask(TRACK, EVENT).status == 202
    assert len(kept()) == 1


def test_when_the_disk_is_too_slow_requests_are_refused_and_memory_stays_bounded(
    start: Start, log: GatedLog, kept: Kept
) -> None:
    edge = start(EdgeSettings(pending_bytes=1_000))
    log.open.clear()
    waiting, refused = Client(edge.port), Client(edge.port)
    with closing(waiting), closing(refused):
        waiting.send(request(TRACK, b'{"mobileId":"m1","event":"Viewed","properties":{"text":"%b"}}' % (b"x" * 2_000)))
        assert log.reached.wait(20)
        for _ in range(3):
            answer = refused.ask(TRACK, EVENT)
            assert answer.status == 429
            assert answer.headers["retry-after"] == "1"
            assert answer.json["errors"][0]["type"] == "TOO_MANY_REQUESTS"
        assert edge.edge.budget.taken < 3_000
        log.open.set()
        assert waiting.answer().status == 202
        assert refused.ask(TRACK, EVENT).status == 202
    assert len(kept()) == 2
    assert edge.edge.budget.taken == 0


def test_a_path_of_no_vendor_is_not_found(client: Client) -> None:
    for method in ("GET", "POST", "OPTIONS", "HEAD"):
        answer = client.ask("/favicon.ico", method=method)
        assert answer.status == 404
    assert client.ask("/").json["error"]["code"] == "not_found"


def test_a_path_below_a_vendors_prefix_is_not_found_in_its_shape(client: Client) -> None:
    answer = client.ask("/api/v1/mobile/mobile-key/unheard-of")
    assert answer.status == 404
    assert answer.json["errors"][0]["field"] == "path"


def test_the_error_for_a_wrong_method_names_the_right_one(client: Client, kept: Kept) -> None:
    for method in ("GET", "HEAD", "PUT", "DELETE", "PATCH"):
        answer = client.ask(TRACK, method=method)
        assert answer.status == 405
        assert answer.headers["allow"] == "POST"
    assert kept() == []


def test_a_percent_encoded_path_is_decoded(client: Client) -> None:
    event = b'{"userId":"u","eventName":"Bought"}'
    answer = client.ask(EVENTS.replace("~", "%7E"), event, Authorization=f"Bearer {API_KEY}")
    assert answer.status == 201


def test_the_documented_rate_is_a_limit_of_its_own_for_each_key(start: Start) -> None:
    edge = start(EdgeSettings(rate_limits="0.001"))
    event = b'{"userId":"u","eventName":"Bought"}'
    with closing(Client(edge.port)) as client:
        for _ in range(10):
            assert client.ask(EVENTS, event, Authorization="Bearer wrong").status == 401
        answers = [client.ask(EVENTS, event, Authorization=f"Bearer {API_KEY}") for _ in range(7)]
        assert [answer.status for answer in answers] == [201] * 5 + [429] * 2
        assert answers[-1].headers["x-ratelimit-limit"] == "5"
        assert answers[-1].headers["x-ratelimit-remaining"] == "0"
        assert 1 <= int(answers[-1].headers["retry-after"]) <= 60
        assert answers[-1].json["response"]["status"] == "error"
        assert client.ask(TRACK, EVENT).status == 202


def test_any_page_may_read_any_answer(client: Client) -> None:
    answers = [
        client.ask(TRACK, EVENT),
        client.ask(TRACK, b"["),
        client.ask("/nowhere"),
        client.ask(TRACK, method="GET"),
    ]
    assert [answer.headers["access-control-allow-origin"] for answer in answers] == ["*"] * 4
    assert not any("access-control-allow-credentials" in answer.headers for answer in answers)


@pytest.mark.parametrize("origin", ["https://shop.example", "http://localhost:3000", "null", "capacitor://localhost"])
def test_a_page_may_send_with_credentials(client: Client, origin: str) -> None:
    """As `sendBeacon` always does."""
    answers = [
        client.ask(TRACK, EVENT, Origin=origin),
        client.ask(TRACK, gzip.compress(EVENT), Origin=origin, Content_Encoding="gzip"),
        client.ask(TRACK, b"[", Origin=origin),
        client.ask(TRACK, method="GET", Origin=origin),
        client.ask("/v1/m", b"{}", Origin=origin),
    ]
    for answer in answers:
        assert answer.headers["access-control-allow-origin"] == origin
        assert answer.headers["access-control-allow-credentials"] == "true"
        assert "Origin" in answer.headers["vary"]


@pytest.mark.parametrize(
    "origin", ["", "*", "https://a b", "https://a,https://b", "https://a/b", "x" * 300, "javascript:1"]
)
def test_what_is_no_origin_is_not_repeated(client: Client, origin: str) -> None:
    for answer in (client.ask(TRACK, EVENT, Origin=origin), client.ask(TRACK, b"[", Origin=origin)):
        assert answer.headers["access-control-allow-origin"] == "*"
        assert "access-control-allow-credentials" not in answer.headers


def test_an_answer_for_one_page_is_not_given_to_another(client: Client) -> None:
    for origin in ("https://a.example", "https://b.example", "https://a.example"):
        assert client.ask(TRACK, EVENT, Origin=origin).headers["access-control-allow-origin"] == origin
    assert client.ask(TRACK, EVENT).headers["access-control-allow-origin"] == "*"


def test_a_page_may_read_when_to_try_again(start: Start) -> None:
    edge = start(EdgeSettings(rate_limits="0.001"))
    with closing(Client(edge.port)) as client:
        event = b'{"userId":"u","eventName":"Bought"}'
        answers = [client.ask(EVENTS, event, Authorization=f"Bearer {API_KEY}") for _ in range(7)]
    assert "access-control-expose-headers" not in answers[0].headers
    exposed = answers[-1].headers["access-control-expose-headers"].split(", ")
    assert set(exposed) == {"Retry-After", "X-RateLimit-Limit", "X-RateLimit-Remaining"}


def test_a_preflight_allows_the_calls_methods_and_the_headers_that_are_asked_for(client: Client) -> None:
    answer = client.ask(
        TRACK,
        method="OPTIONS",
        Origin="https://shop.example",
        Access_Control_Request_Method="POST",
        Access_Control_Request_Headers="authorization,content-type,x-own",
    )
    assert answer.status == 204
    assert answer.body == b""
    assert answer.headers["access-control-allow-origin"] == "https://shop.example"
    assert answer.headers["access-control-allow-credentials"] == "true"
    assert "POST" in answer.headers["access-control-allow-methods"]
    assert answer.headers["access-control-allow-headers"] == "authorization,content-type,x-own"


def broken(path: str) -> Call | None:
    """The real calls, with an error in `track`."""
    call = registry.match(path)
    return msgspec.structs.replace(call, handle=fail) if call and call.name == "track" else call


def fail(*_: object) -> Outcome:
    raise KeyError("ada@example.com")


def test_an_internal_error_is_answered_500_and_logged_without_values(
    start: Start, kept: Kept, lines: io.StringIO
) -> None:
    edge = start(match=broken)
    with closing(Client(edge.port)) as client:
        answer = client.ask(TRACK, EVENT)
        assert answer.status == 500
        assert answer.json["error"]["code"] == "internal"
        assert client.ask(IDENTIFY, b'{"mobileId":"m","userId":"u"}').status == 202
    assert len(kept()) == 1
    assert "internal error while handling a request" in lines.getvalue()
    assert "KeyError" in lines.getvalue()
    assert "ada" not in lines.getvalue()


class Failing:
    """A lookup that fails with an unexpected error."""

    async def known(self, _inquiry: Lookup) -> LookupResult:
        raise KeyError("ada@example.com")


def asking(answer: Callable[[LookupResult], Outcome]) -> Callable[[str], Call]:
    """A call that looks something up before it answers so."""

    def look_up(*_: object) -> Lookup:
        return Lookup(PROJECT, (), None, answer)

    call = registry.match(TRACK)
    assert call
    return lambda _: msgspec.structs.replace(call, look_up=look_up)


def test_an_internal_error_in_a_lookup_is_answered_500(start: Start, kept: Kept, lines: io.StringIO) -> None:
    edge = start(match=asking(lambda _: Outcome(Reply(200))), lookup=Failing())
    with closing(Client(edge.port)) as client:
        assert [client.ask(TRACK, EVENT).status for _ in range(2)] == [500, 500]
    assert edge.edge.counts.internal_errors == 2
    assert edge.edge.budget.taken == 0
    assert "ada" not in lines.getvalue()
    assert kept() == []


def test_a_call_may_be_refused_after_a_lookup(start: Start) -> None:
    def refuse(_: LookupResult) -> Outcome:
        raise RequestFault(Fault.UNKNOWN_KEY)

    edge = start(match=asking(refuse))
    with closing(Client(edge.port)) as client:
        assert [client.ask(TRACK, EVENT).status for _ in range(2)] == [401, 401]
        edge.edge.budget.taken += 1 << 40
        assert client.ask(TRACK, EVENT).status == 429
        edge.edge.budget.taken -= 1 << 40


def test_an_internal_error_after_a_failed_commit_is_answered_500(
    start: Start, log: GatedLog, lines: io.StringIO
) -> None:
    call = registry.match(TRACK)
    assert call
    edge = start(match=lambda _: msgspec.structs.replace(call, fault=fail))
    log.fault = LogFull("no space")
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 500
    assert "internal error while handling a request" in lines.getvalue()


def test_an_answer_that_cannot_be_written_costs_only_its_connection(
    start: Start, monkeypatch: pytest.MonkeyPatch, lines: io.StringIO
) -> None:
    edge = start(EdgeSettings(idle_seconds=0.1))
    with monkeypatch.context() as patch, closing(Client(edge.port)) as client:
        patch.setattr("passerby.edge.connection.response", fail)
        client.send(request(TRACK, EVENT))
        assert client.is_closed()
    assert "internal error while handling a request" in lines.getvalue()
    with closing(Client(edge.port)) as client:
        assert client.ask(TRACK, EVENT).status == 202


def redirecting(_: str) -> Call:
    """A call whose handler copies client input into a header."""
    headers = (("Location", "https://shop.example/\r\nSet-Cookie: a=b\u20ac"),)
    return Call(
        dialect="test",
        name="redirect",
        methods=frozenset({"GET"}),
        body_limit=10,
        parameters={},
        handle=lambda *_: Outcome(Reply(302, headers=headers)),
        fault=lambda *_: Reply(400),
    )


def test_no_header_can_be_smuggled_into_an_answer(start: Start) -> None:
    edge = start(match=redirecting)
    with closing(Client(edge.port)) as client:
        answer = client.ask("/anything", method="GET")
    assert answer.status == 302
    assert answer.headers["location"] == "https://shop.example/Set-Cookie: a=b?"
    assert "set-cookie" not in answer.headers


def test_gzip_is_unpacked(client: Client, kept: Kept) -> None:
    assert client.ask(TRACK, gzip.compress(EVENT), Content_Encoding="gzip").status == 202
    assert kept()[0].name == "Viewed"
