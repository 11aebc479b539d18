"""The HTTP client of destinations, against servers that misbehave."""

from __future__ import annotations

import asyncio
import gzip
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from ipaddress import ip_network

import pytest
from tests.delivery.destinations.world import in_event_loop

from passerby.delivery.destinations.http import LIMIT_BODY, CheckedResolver, HttpClient, NoResponse, NotAllowed
from passerby.destinations.egress import Policy
from passerby.destinations.verdicts import Request

LOOPBACK = Policy(allow_http=True, allow_networks=(ip_network("127.0.0.0/8"),), allow_ports=frozenset(range(1, 65_536)))
Answer = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(answer: Answer) -> AsyncIterator[int]:
    """A server that reads a request's head and then does what it likes; its port."""
    ended: list[asyncio.Event] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        end = asyncio.Event()
        ended.append(end)
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            await reader.readuntil(b"\r\n\r\n")
            await answer(reader, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        end.set()

    served = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with served:
        yield served.sockets[0].getsockname()[1]
    for end in ended:
        await end.wait()


def saying(*parts: bytes) -> Answer:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            writer.write(part)
            await writer.drain()

    return answer


def request(port: int, path: str = "/", host: str = "127.0.0.1") -> Request:
    return Request("POST", f"http://{host}:{port}{path}", {"content-type": "application/json"}, b"{}")


@in_event_loop
async def test_a_response_has_status_headers_in_lower_case_and_body() -> None:
    answer = saying(b"HTTP/1.1 201 Created\r\nX-A: 1\r\nx-a: 2\r\nContent-Length: 2\r\n\r\nok")
    async with server(answer) as port, HttpClient(LOOPBACK) as client:
        response = await client.send(request(port), 5)
    assert (response.status, response.headers["x-a"], response.body) == (201, "1, 2", b"ok")
    assert response.received_at > 0


@in_event_loop
async def test_a_redirect_is_not_followed() -> None:
    answer = saying(b"HTTP/1.1 307 x\r\nLocation: http://169.254.169.254/latest\r\nContent-Length: 0\r\n\r\n")
    async with server(answer) as port, HttpClient(LOOPBACK) as client:
        assert (await client.send(request(port), 5)).status == 307


@in_event_loop
async def test_an_endless_body_is_cut_off() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        try:
            for _number in range(1_000):
                writer.write(b"x" * 65_536)
                await writer.drain()
        except ConnectionError:
            pass

    async with server(answer) as port, HttpClient(LOOPBACK) as client:
        assert len((await client.send(request(port), 5)).body) == LIMIT_BODY


@in_event_loop
async def test_a_compressed_body_that_was_not_asked_for_is_unpacked_to_a_bound() -> None:
    bomb = gzip.compress(b"a" * 50_000_000)
    head = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: %d\r\n\r\n" % len(bomb)
    async with server(saying(head, bomb)) as port, HttpClient(LOOPBACK) as client:
        assert (await client.send(request(port), 5)).body == b"a" * LIMIT_BODY
    broken = saying(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc")
    async with server(broken) as port, HttpClient(LOOPBACK) as client:
        assert (await client.send(request(port), 5)).body == b"abc"


@pytest.mark.parametrize(
    "answer, reason",
    [
        (saying(), "connection"),
        (saying(b"nonsense\r\n\r\n"), "connection"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc"), "connection"),
        (saying(b"HTTP/1.1 200 OK\r\nContent-Length: nine\r\n\r\nabc"), "connection"),
    ],
)
def test_an_answer_that_breaks_off_or_is_no_http_is_no_response(answer: Answer, reason: str) -> None:
    async def attempt() -> None:
        async with server(answer) as port, HttpClient(LOOPBACK) as client:
            with pytest.raises(NoResponse) as raised:
                await client.send(request(port), 5)
            assert raised.value.reason == reason

    asyncio.run(attempt())


@in_event_loop
async def test_a_target_that_hangs_or_drips_is_given_up_after_its_time() -> None:
    async def hang(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _number in range(50):
            writer.write(b"x")
            await asyncio.sleep(0.05)

    async with server(hang) as port, HttpClient(LOOPBACK) as client:
        with pytest.raises(NoResponse, match="timeout"):
            await client.send(request(port), 0.3)


@in_event_loop
async def test_a_port_where_nothing_listens_is_no_response() -> None:
    with socket.socket() as bound:
        bound.bind(("127.0.0.1", 0))
        async with HttpClient(LOOPBACK) as client:
            with pytest.raises(NoResponse, match="connect"):
                await client.send(request(bound.getsockname()[1]), 5)


@in_event_loop
async def test_a_server_without_tls_is_no_response_over_https() -> None:
    async def answer(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        ended.set()

    ended = asyncio.Event()
    served = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with served, HttpClient(LOOPBACK) as client:
        port = served.sockets[0].getsockname()[1]
        with pytest.raises(NoResponse, match="tls"):
            await client.send(request(port)._replace(url=f"https://127.0.0.1:{port}/"), 5)
        await ended.wait()


class ScriptedResolver(CheckedResolver):
    """Gives other addresses at each look-up, as a rebinding name server does."""

    def __init__(self, *answers: Sequence[str]) -> None:
        super().__init__(Policy(allow_http=True))
        self.answers = list(answers)

    async def look_up(self, host: str, port: int, family: socket.AddressFamily) -> Sequence[str]:
        assert host
        assert port
        assert family is not None
        return self.answers.pop(0)


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["93.184.216.34", "10.0.0.1"],
        ["::ffff:127.0.0.1"],
        ["64:ff9b::a00:1"],
        ["169.254.169.254"],
        ["fe80::1"],
        [],
    ],
)
def test_a_name_that_resolves_to_an_address_that_is_not_public_is_refused(addresses: list[str]) -> None:
    async def attempt() -> None:
        async with HttpClient(Policy(allow_http=True), ScriptedResolver(addresses)) as client:
            with pytest.raises(NotAllowed):
                await client.send(request(8080, host="rebinding.example.com"), 5)

    asyncio.run(attempt())


@in_event_loop
async def test_a_name_is_resolved_and_checked_for_each_connection() -> None:
    resolver = ScriptedResolver(["127.0.0.1"], ["127.0.0.1"])
    async with HttpClient(Policy(allow_http=True), resolver) as client:
        for _ in range(2):
            with pytest.raises(NotAllowed, match="public"):
                await client.send(request(8080, host="rebinding.example.com"), 5)
    assert resolver.answers == []


@pytest.mark.parametrize("host", ["127.0.0.1", "2130706433", "0x7f.1", "[::1]", "[::ffff:7f00:1]", "localhost"])
def test_an_address_in_whatever_spelling_is_checked_without_a_resolver(host: str) -> None:
    async def attempt() -> None:
        async with HttpClient(Policy(allow_http=True)) as client:
            with pytest.raises(NotAllowed):
                await client.send(request(8080, host=host), 5)

    asyncio.run(attempt())


@in_event_loop
async def test_a_name_that_does_not_exist_is_no_response() -> None:
    class Failing(CheckedResolver):
        async def look_up(self, host: str, port: int, family: socket.AddressFamily) -> Sequence[str]:
            raise OSError(f"{host}:{port} {family}")

    async with HttpClient(Policy(allow_http=True), Failing(Policy())) as client:
        with pytest.raises(NoResponse, match="dns"):
            await client.send(request(8080, host="missing.example.com"), 5)
