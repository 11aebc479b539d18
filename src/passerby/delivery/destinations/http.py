"""The HTTP client of destinations: bounded, without redirects, and only to addresses that may be reached.

Requests go where operators and API users say, from within a network that trusts this machine. So every address is
checked where the connection is made, not only when a destination is saved: a name may resolve to another address then.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import time
import zlib
from collections.abc import Sequence
from importlib.metadata import version
from typing import Final, Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from passerby.destinations.egress import EgressRefused, Policy, check_resolved, check_url
from passerby.destinations.verdicts import Request, Response

CONNECTIONS: Final = 8
CONNECT_SECONDS: Final = 5.0
LIMIT_BODY: Final = 64 << 10
"""Bytes of a response that are read, and of its decompressed body."""
_CHUNK: Final = 16 << 10
_USER_AGENT: Final = f"Passerby/{version('passerby')}"


class NoResponse(Exception):
    """A request failed without a response. `reason` is snake_case: `timeout`, `dns`, `connect`, `tls`, `connection`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotAllowed(Exception):
    """The egress rules forbid the address of a request. The message says which and why."""


class _RefusedAddress(OSError):
    """An address that a name resolves to may not be reached. aiohttp passes on what is an OSError."""


class CheckedResolver(AbstractResolver):
    """Resolves names with the system's resolver, and refuses a name if any of its addresses may not be reached."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        """Return all addresses of a host. Raises OSError."""
        found = await self.look_up(host, port, family)
        try:
            check_resolved(found, self._policy)
        except EgressRefused as refused:
            raise _RefusedAddress(str(refused)) from None
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=socket.AI_NUMERICHOST | socket.AI_NUMERICSERV,
            )
            for address in found
        ]

    async def look_up(self, host: str, port: int, family: socket.AddressFamily) -> Sequence[str]:
        """Return the addresses of a host as text. Raises OSError."""
        loop = asyncio.get_running_loop()
        answers = await loop.getaddrinfo(host, port, family=family, type=socket.SOCK_STREAM)
        return [str(address[0]) for *_, address in answers]

    async def close(self) -> None:
        """Release nothing: there is no connection to a name server."""


class HttpClient:
    """Sends the requests of one destination over its own connections. Belongs to one event loop."""

    def __init__(self, policy: Policy, resolver: AbstractResolver | None = None) -> None:
        self._policy = policy
        connector = aiohttp.TCPConnector(
            limit=CONNECTIONS,
            resolver=resolver or CheckedResolver(policy),
            use_dns_cache=False,  # an answer that was checked is used once
        )
        self._session = aiohttp.ClientSession(
            connector=connector,
            trust_env=False,
            auto_decompress=False,
            cookie_jar=aiohttp.DummyCookieJar(),
            raise_for_status=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._session.close()

    async def send(self, request: Request, timeout_seconds: float) -> Response:
        """Send a request and return its response. Raises NoResponse, NotAllowed."""
        try:
            # The client resolves no literal address, in whatever spelling: those are checked here.
            check_url(request.url, self._policy)
        except EgressRefused as refused:
            raise NotAllowed(str(refused)) from None
        timeout = aiohttp.ClientTimeout(total=timeout_seconds, connect=None, sock_connect=CONNECT_SECONDS)
        headers = {"user-agent": _USER_AGENT, "accept-encoding": "identity", **request.headers}
        try:
            async with self._session.request(
                request.method,
                request.url,
                headers=headers,
                data=request.body,
                allow_redirects=False,
                timeout=timeout,
            ) as response:
                body = await _body(response)
                # Repeated headers are joined, as RFC 9110 section 5.3 says.
                names = {name.lower() for name in response.headers}
                joined = {name: ", ".join(response.headers.getall(name)) for name in names}
                return Response(response.status, joined, body, time.time_ns() // 1_000_000)
        except _RefusedAddress as refused:
            raise NotAllowed(str(refused)) from None
        except aiohttp.ClientConnectorDNSError as error:
            if isinstance(error.os_error, _RefusedAddress):
                raise NotAllowed(str(error.os_error)) from None
            raise NoResponse("dns") from error
        except (aiohttp.ClientSSLError, ssl.SSLError) as error:
            raise NoResponse("tls") from error
        except TimeoutError as error:
            raise NoResponse("timeout") from error
        except aiohttp.ClientConnectorError as error:
            raise NoResponse("connect") from error
        except (aiohttp.ClientError, OSError, ValueError) as error:
            # ValueError: what some answers that are no HTTP make of the parser.
            raise NoResponse("connection") from error


async def _body(response: aiohttp.ClientResponse) -> bytes:
    """Return the beginning of a response's body, decompressed. Closes the connection of a longer one."""
    body = bytearray()
    while len(body) < LIMIT_BODY:
        chunk = await response.content.read(min(_CHUNK, LIMIT_BODY - len(body)))
        if not chunk:
            break
        body += chunk
    else:
        response.close()
    encoding = response.headers.get("content-encoding", "identity").strip().lower()
    if encoding not in {"gzip", "deflate", "x-gzip"}:
        return bytes(body)
    # Not asked for, but sent by some targets. Bounded: a few kilobytes may unpack to gigabytes.
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 32).decompress(body, LIMIT_BODY)
    except zlib.error:
        return bytes(body)
