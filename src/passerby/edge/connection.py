"""One client's connection: uvicorn's own, with the limits that it lacks.

A connection that sends nothing, a head that never ends, a body that trickles, an answer that nobody fetches: `sweep`
finds each of them, once a second, and costs well below a microsecond. Timers would cost that at every request.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any, Final, cast

import httptools
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from passerby.dialects.contract import Reply
from passerby.edge.answers import BAD_REQUEST, HEAD_TOO_LARGE, HEAD_TOO_SLOW, TOO_MANY_CONNECTIONS, raw
from passerby.edge.app import Edge
from passerby.edge.asgi import OVERDUE
from passerby.edge.metrics import NO_DIALECT
from passerby.edge.whole import WholeRequest
from passerby.settings import EdgeSettings

HEAD_LIMIT: Final = 32 << 10
"""Bytes of a request line and its headers, about."""
LINGER_SECONDS: Final = 2.0
"""How long we go on taking, and throwing away, what a client still sends when it has its answer already."""
STUCK_SECONDS: Final = 60.0
"""After this time a request without an answer is given up: nobody fetches the answer, or the disk gives none."""
MOST_LEAVING: Final = 1_000
"""Connections that linger at most before one too many is closed without being told so."""


_OF_UPGRADE: Final = frozenset({b"connection", b"upgrade", b"http2-settings"})


class EdgeConnection(HttpToolsProtocol):
    """A connection of the ingest port.

    `leaving` holds those of all connections that linger: they don't count as open any more, so that who is turned away
    takes nobody's place. `server` is what uvicorn gives to each of its connections.
    """

    def __init__(self, settings: EdgeSettings, edge: Edge, leaving: set[EdgeConnection], **server: Any) -> None:
        super().__init__(**server)
        self._settings = settings
        self._edge = edge
        self._counts = edge.counts
        self._leaving = leaving
        self._since = self.loop.time()
        self._lingers_until = 0.0
        self._head_open = False
        self._head_read = 0
        self._piece = 0
        self._upgrading = False
        self._held: list[bytes] | None = None
        self._refusal = BAD_REQUEST
        self._gentle: _Gentle

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a client in, or tell it that there are too many."""
        self._gentle = _Gentle(cast("asyncio.Transport", transport), self)
        super().connection_made(cast("asyncio.Transport", self._gentle))
        excess = len(self.connections) - len(self._leaving) - self._settings.max_connections
        if excess > 0 and len(self._leaving) >= MOST_LEAVING:
            self.transport.abort()
        elif excess > 0:
            self._refuse(TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        self._leaving.discard(self)
        super().connection_lost(exc)
        # Of several requests sent ahead, uvicorn tells only the last that the client has left.
        self._gentle.write = _dropped

    def data_received(self, data: bytes) -> None:
        """Take what the client sent. Never raises, whatever it is."""
        if self._lingers_until:
            return
        self._piece = len(data)
        try:
            self.parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            self._without_upgrade(data[upgrade.args[0] :])
        except httptools.HttpParserError:
            self._held = None
            self._malformed()
        if self._held is not None:
            self._go_the_long_way()
        if self._head_open:
            self._head_read += len(data)
            if self._head_read > HEAD_LIMIT:
                self._refusal = HEAD_TOO_LARGE
                self._malformed()

    def on_message_begin(self) -> None:
        self._since = self.loop.time()
        self._head_open = True
        self._head_read = 0
        self.url = b""
        self.headers = []
        self.expect_100_continue = False

    def on_headers_complete(self) -> None:
        self._head_open = False
        if self._head_read + self._piece > HEAD_LIMIT and self._head_size() > HEAD_LIMIT:
            self._refusal = HEAD_TOO_LARGE
            raise ValueError("the head is too large")
        self._upgrading = self.parser.should_upgrade()
        if self._upgrading:
            return
        if self.flow.write_paused or not (self._request is None or self._request.response_complete):
            self._go_the_long_way()
        else:
            self._held = []  # until it is known whether all of it has come

    def on_body(self, body: bytes) -> None:
        if self._held is None:
            super().on_body(body)
        else:
            self._held.append(body)

    def on_response_complete(self) -> None:
        """As uvicorn's, without its timer for idle connections, which `sweep` finds at a fraction of the price."""
        self.server_state.total_requests += 1
        self._since = self.loop.time()
        if self.transport.is_closing():
            return
        self.flow.resume_reading()
        if self.pipeline:
            self._start_asgi_task(*self.pipeline.pop())

    def on_message_complete(self) -> None:
        if self._upgrading:
            return
        if self._held is not None:
            if self._go_the_short_way(b"".join(self._held)):
                self._held = None
                return
            self._go_the_long_way()
        super().on_message_complete()

    def _go_the_short_way(self, body: bytes) -> bool:
        """Try to have a request kept that came in one piece; returns whether it is on its way."""
        keep_alive = self.parser.get_http_version() != "1.0" and self.parser.should_keep_alive()
        request = WholeRequest(self._edge, self._answer, keep_alive=keep_alive)
        client_ip = self.client[0] if self.client else ""
        if not request.take(self.parser.get_method(), self.url, self.headers, body, client_ip):
            return False
        self.cycle = cast("RequestResponseCycle", request)
        return True

    def _answer(self, response: bytes, keep_alive: bool) -> None:  # noqa: FBT001 - called for each request, by position
        """Send the response to a request that went the short way."""
        self.transport.write(response)
        if not keep_alive:
            self.transport.close()
        self.on_response_complete()

    def _go_the_long_way(self) -> None:
        """Have uvicorn make a scope and a task for the request whose headers are complete."""
        held, self._held = self._held or (), None
        url, headers, expects = self.url, self.headers, self.expect_100_continue
        super().on_message_begin()
        self.url, self.expect_100_continue = url, expects
        self.headers += headers
        super().on_headers_complete()
        for piece in held:
            super().on_body(piece)

    def _head_size(self) -> int:
        return len(self.url) + sum(len(name) + len(value) for name, value in self.headers)

    def _without_upgrade(self, rest: bytes) -> None:
        """Parse the request anew without its wish for another protocol, which a server may ignore (RFC 9110, 7.8).

        The parser skips the body of such a request. Java's HttpClient asks for HTTP/2 in this way, on any request.
        """
        self._upgrading = False
        while (method := self.parser.get_method()) != b"CONNECT":
            kept = [header for header in self.headers if header[0] not in _OF_UPGRADE]
            lines = [b"%b %b HTTP/1.1" % (method, self.url), *(b"%b: %b" % header for header in kept)]
            data = b"\r\n".join([*lines, b"", rest])
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as upgrade:  # the next request has such a wish, too
                rest = data[upgrade.args[0] :]
                self._upgrading = False
            except httptools.HttpParserError:
                break
            else:
                return
        self._malformed()

    def _malformed(self) -> None:
        """Refuse what cannot be understood, without taking back the answer to a request before it."""
        cycle = self._request
        if cycle is None or cycle.response_complete:
            self._refuse(self._refusal)
        elif cycle.more_body:  # the body of the request at hand is broken: the application must not wait for its end
            cycle.disconnected = True
            cycle.message_event.set()
            self._refuse(self._refusal)
        else:
            cycle.keep_alive = False
            self.flow.pause_reading()

    def _refuse(self, reply: Reply) -> None:
        """Answer without asking the application, and hang up."""
        self._counts.answered(NO_DIALECT, "unread", reply.status)
        self.transport.write(raw(reply))
        self.linger()

    @property
    def _request(self) -> RequestResponseCycle | None:
        """The request at hand, or the last one; None before the first."""
        return self.cycle

    @property
    def is_sending(self) -> bool:
        """Whether the client is in the middle of a body."""
        return self._request is not None and self._request.more_body

    def linger(self) -> None:
        """Hang up gently: say that we are done, and let the client find out while it still sends.

        To close at once with bytes unread would make the system reset the connection, and the answer could get lost.
        """
        if not self._lingers_until:
            self._lingers_until = self.loop.time() + LINGER_SECONDS
            self._leaving.add(self)
            self.flow.resume_reading()
            self.transport.write_eof()

    def sweep(self, now: float) -> None:
        """End what takes too long. `now` is the event loop's time; to be called about once a second."""
        waited = now - self._since
        if self._lingers_until:
            if now >= self._lingers_until:
                self.transport.abort()
        elif self._head_open:
            if waited > self._settings.request_deadline_seconds:
                self._refuse(HEAD_TOO_SLOW)
        elif self.is_sending:
            if waited > self._settings.request_deadline_seconds:
                self._overdue()
        elif self._request is None or self._request.response_complete:
            if waited > self._settings.idle_seconds:
                self.transport.close()
        elif waited > STUCK_SECONDS:
            self.transport.abort()

    def _overdue(self) -> None:
        """Let the application find that the body is late; or hang up, if it did not want the body and has answered."""
        if self.cycle.response_complete:
            self.linger()
        else:
            self.cycle.scope["state"][OVERDUE] = True
            self.cycle.message_event.set()


class _Gentle:
    """The transport as uvicorn sees it: where the client is still sending, `close` lingers."""

    def __init__(self, transport: asyncio.Transport, connection: EdgeConnection) -> None:
        self.write: Callable[[bytes], None] = transport.write
        self._transport = transport
        self._connection = connection
        self._lingers = False

    def close(self) -> None:
        if self._connection.is_sending and not self._lingers:
            self._lingers = True
            self._connection.linger()
        else:
            self._transport.close()

    def is_closing(self) -> bool:
        return self._lingers or self._transport.is_closing()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)


def _dropped(_: object) -> None:
    """Where the answer to a client goes that has left."""
