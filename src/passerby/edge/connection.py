"""One client's connection: HTTP/1.1 with httptools, with limits on all that a client can make large or slow.

Requests that a client sends ahead are answered one after the other, in their order. `sweep` finds connections that send
nothing, heads that do not end, bodies that trickle and answers that are not fetched, once a second and at a cost of
less than a microsecond. Timers would cost more at every request.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import Final, cast

import httptools

from passerby import logs
from passerby.dialects.contract import Reply
from passerby.edge.answers import (
    BAD_REQUEST,
    HEAD_TOO_LARGE,
    HEAD_TOO_SLOW,
    INTERNAL_ERROR,
    TOO_MANY_CONNECTIONS,
    response,
)
from passerby.edge.exchange import Exchange
from passerby.edge.framing import (
    FRAMING_LIMIT,
    FRAMING_PER_BYTE,
    HEAD_LIMIT,
    Unacceptable,
    check_head,
    head_size,
    split_target,
    without_upgrade,
)
from passerby.edge.headers import Head
from passerby.edge.metrics import NO_DIALECT
from passerby.edge.open_connections import Connections

LINGER_SECONDS: Final = 2.0
"""How long bytes are discarded that a client sends after the final response."""
STUCK_SECONDS: Final = 60.0
"""A connection is aborted after this time without a response, or with one that the client does not fetch."""
MOST_LEAVING: Final = 1_000
"""Lingering connections, beyond which excess connections are closed without a response."""

_log = logs.get("edge")
_UNUSUAL: Final = frozenset({b"expect", b"transfer-encoding"})
"""Headers that have to be checked."""
_CONTINUE: Final = b"HTTP/1.1 100 Continue\r\n\r\n"


class EdgeConnection(asyncio.Protocol):
    """A connection of the ingest port.

    `_parsed` is the request whose body is arriving, `_current` the one to answer next, `_queue` those after it.
    """

    def __init__(self, connections: Connections) -> None:
        self._connections = connections
        self._edge = connections.edge
        self._settings = connections.edge.settings
        self._now: Callable[[], float] = asyncio.get_running_loop().time
        self._since = self._now()
        self._lingers_until = 0.0
        self._transport: asyncio.Transport
        self._peer = ""

        self._parser = httptools.HttpRequestParser(self)
        self._input_ended = False
        """Whether further bytes are discarded: the connection closes after the requests that were read."""
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._head_open = False
        self._head_read = 0
        self._read = 0

        self._parsed: Exchange | None = None
        self._current: Exchange | None = None
        self._queue: deque[Exchange] = deque()
        self._advancing = False
        self._final_error: Reply | None = None
        """The response to malformed bytes that follow the queued requests."""
        self._stopping = False
        self._write_paused = False
        self._read_paused = False

    # The transport's callbacks

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Register the connection, or reject it if too many are open."""
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else ""
        shared = self._connections
        if shared.add(self) > self._settings.max_connections:
            if len(shared.leaving) >= MOST_LEAVING:
                self._transport.abort()
            else:
                self._reject(TOO_MANY_CONNECTIONS)

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        self._connections.remove(self)
        for exchange in (self._current, *self._queue):
            if exchange is not None:
                exchange.abandon()
        self._parsed = self._current = None
        self._queue.clear()
        self._input_ended = True
        del self._parser  # it refers to this connection: without the cycle, the reference count frees both

    def data_received(self, data: bytes) -> None:
        """Parse received bytes and process the requests in them. Never raises."""
        if self._input_ended:
            return
        parsed, self._read = self._parsed, len(data)
        declined = 0
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade as upgrade:
            declined = upgrade.args[0]
        except httptools.HttpParserError as error:
            self._malformed(error)
        if declined:  # outside of the `except`, whose exception would be the context of those raised here
            self._decline_upgrade(memoryview(data)[declined:])
        arriving = self._parsed
        if arriving is not None:
            if arriving is parsed:
                arriving.wire_bytes += len(data)
            if arriving.answered:
                pass  # the rest of its body is discarded
            elif arriving.wire_bytes > FRAMING_LIMIT + (FRAMING_PER_BYTE + 1) * len(arriving.body):
                self._reject(BAD_REQUEST)
            elif arriving is self._current:
                self._proceed(arriving)
        elif self._head_open:
            self._head_read += len(data)
            if self._head_read > HEAD_LIMIT:
                self._reject(HEAD_TOO_LARGE)
        if self._queue:
            self._regulate()

    def eof_received(self) -> bool:
        """Keep the connection of a client that has half-closed it, until its last request is answered.

        Clients such as `nc -N` close their side after a request and then read. A client that has left entirely looks
        the same from here until the response is written. No request is queued: reading pauses while one is.
        """
        self._input_ended = True
        self._stopping = True  # the response closes the connection
        return self._current is not None and self._current.complete

    def pause_writing(self) -> None:
        self._write_paused = True
        self._regulate()

    def resume_writing(self) -> None:
        self._write_paused = False
        self._advance()

    # The parser's callbacks

    def on_message_begin(self) -> None:
        if self._input_ended:
            raise Unacceptable  # stops the parser
        self._since = self._now()
        self._head_open = True
        self._head_read = 0
        self._url = b""
        self._headers = []

    def on_url(self, url: bytes) -> None:
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        self._head_open = False
        headers, self._headers = self._headers, []  # trailers are not headers
        if self._head_read + self._read > HEAD_LIMIT and head_size(self._url, headers) > HEAD_LIMIT:
            raise Unacceptable(HEAD_TOO_LARGE)
        parser, raw = self._parser, dict(headers)
        method = parser.get_method()
        if (b"upgrade" in raw or method == b"CONNECT") and parser.should_upgrade():
            self._headers = headers
            return
        keep_alive = parser.should_keep_alive()
        if keep_alive and b"connection" in raw:  # in HTTP/1.0, it may be the wish of the client alone
            keep_alive = parser.get_http_version() != "1.0"
        # Nearly all heads have one `Host`, no repeated header and no unusual one, and pass with these comparisons.
        if len(raw) != len(headers) or b"host" not in raw or not _UNUSUAL.isdisjoint(raw):
            check_head(headers, raw, is_modern=parser.get_http_version() != "1.0")
        path, query = split_target(self._url)
        head = Head(method.decode("ascii"), path, query, headers, self._peer)
        exchange = Exchange(self._edge, head, raw, self.respond, keep_alive=keep_alive)
        self._parsed = exchange
        if self._current is None and not self._queue and not self._write_paused:
            self._current = exchange
        else:
            self._queue.append(exchange)

    def on_body(self, body: bytes) -> None:
        exchange = self._parsed
        if exchange is None or exchange.answered:
            return
        if not exchange.body:  # mostly the whole of it: not copied
            exchange.body = body
            return
        if not isinstance(exchange.body, bytearray):
            exchange.body = bytearray(exchange.body)
        exchange.body += body

    def on_message_complete(self) -> None:
        exchange = self._parsed
        if exchange is None:  # it asks for another protocol
            return
        self._parsed = None
        exchange.complete = True
        if not exchange.keep_alive:
            self._input_ended = True
        if exchange is self._current:
            exchange.proceed()

    # Requests and their answers

    def _malformed(self, error: httptools.HttpParserError) -> None:
        """Reject a request at which the parser stopped, by itself or because a callback raised."""
        cause = error.__context__ if isinstance(error, httptools.HttpParserCallbackError) else None
        if cause is None:
            self._reject(BAD_REQUEST)
        elif isinstance(cause, Unacceptable):
            self._reject(cause.reply)
        else:
            _log.error("internal error while handling a request", exc_info=cause)
            self._edge.counts.internal_error(NO_DIALECT)
            self._reject(INTERNAL_ERROR)

    def _decline_upgrade(self, rest: memoryview) -> None:
        """Parse a request again without its upgrade headers, and then the bytes after its head.

        The parser does not read the body of an upgrade request. Java's HttpClient offers HTTP/2 with every request.
        """
        try:
            while (method := self._parser.get_method()) != b"CONNECT":
                version = self._parser.get_http_version()
                self._parser = httptools.HttpRequestParser(self)
                self._parser.feed_data(without_upgrade(method, self._url, self._headers, version))
                try:
                    self._parser.feed_data(rest)
                except httptools.HttpParserUpgrade as upgrade:  # the next request is an upgrade request, too
                    rest = rest[upgrade.args[0] :]
                else:
                    return
            self._reject(BAD_REQUEST)
        except httptools.HttpParserError as error:
            self._malformed(error)

    def _proceed(self, exchange: Exchange) -> None:
        exchange.proceed()
        if exchange.expects_continue and not exchange.complete and not exchange.answered:
            exchange.expects_continue = False
            self._transport.write(_CONTINUE)

    def respond(self, reply: Reply, origin: bytes) -> None:
        """Write the response to the current request and start the next one. Called by the request's exchange."""
        exchange, self._current = cast("Exchange", self._current), None
        self._since = self._now()
        keep_alive = exchange.keep_alive and not (self._stopping and not self._queue)  # queued ones are answered first
        has_body = exchange.head.method != "HEAD"
        self._transport.write(response(reply, origin, keep_alive=keep_alive, has_body=has_body))
        if not keep_alive:
            self._close()
        elif self._queue or self._final_error or self._read_paused:
            self._advance()

    def _advance(self) -> None:
        """Start pipelined requests until one has to wait. Not recursive: there may be thousands."""
        if self._advancing:
            return
        self._advancing = True  # an exchange that is answered at once calls `respond`, which calls this
        while self._queue and self._current is None and not self._write_paused and not self._lingers_until:
            self._current = exchange = self._queue.popleft()
            self._proceed(exchange)
        self._advancing = False
        if self._final_error and self._current is None and not self._queue:
            self._reject(self._final_error)
        self._regulate()

    def _regulate(self) -> None:
        """Pause reading while requests are queued or responses are not fetched; else resume it."""
        paused = not self._lingers_until and (bool(self._queue) or self._write_paused or self._final_error is not None)
        if paused != self._read_paused and not self._transport.is_closing():
            self._read_paused = paused
            if paused:
                self._transport.pause_reading()
            else:
                self._transport.resume_reading()

    def _reject(self, reply: Reply) -> None:
        """Answer bytes that are no acceptable request, after all earlier requests, and close the connection."""
        parsed, self._parsed = self._parsed, None
        was_answered = parsed is not None and parsed.answered
        if parsed is not None:
            parsed.abandon()
            if parsed is self._current:
                self._current = None
            elif self._queue and self._queue[-1] is parsed:
                self._queue.pop()
        if self._input_ended and self._final_error is None:
            return  # bytes after the last request of the connection, which are ignored
        self._input_ended = True
        if self._current is not None or self._queue:
            self._final_error = reply
            self._regulate()
            return
        if not was_answered:  # else the client would read a second response to its last request
            self._edge.counts.answered(NO_DIALECT, "unread", reply.status)
            self._transport.write(response(reply, keep_alive=False))
        self._linger()

    # Closing

    def stop(self) -> None:
        """Close the connection when the requests that were begun are answered; at once if there is none."""
        self._stopping = True
        if not self.is_busy and not self._lingers_until:
            self._close()

    def abort(self) -> None:
        """Close the connection immediately; responses that are not sent are lost."""
        self._transport.abort()

    @property
    def is_busy(self) -> bool:
        """Whether a request was begun and is not answered."""
        return self._current is not None or bool(self._queue)

    @property
    def is_sending(self) -> bool:
        """Whether the client is in the middle of a body."""
        return self._parsed is not None

    def _close(self) -> None:
        self._input_ended = True
        if self._parsed is not None:
            self._linger()
        else:
            self._transport.close()

    def _linger(self) -> None:
        """Close the write side, and discard what the client still sends for `LINGER_SECONDS`.

        Closing a socket with unread bytes makes the system reset the connection, and the response could get lost.
        """
        self._input_ended = True
        self._lingers_until = self._now() + LINGER_SECONDS
        self._connections.leaving.add(self)
        self._final_error = None
        self._regulate()  # reading goes on, so that the client is not blocked in sending
        self._transport.write_eof()

    def sweep(self, now: float) -> None:
        """Enforce the deadlines. `now` is the event loop's time."""
        waited, arriving = now - self._since, self._parsed
        if self._lingers_until:
            if now >= self._lingers_until:
                self._transport.abort()
        elif arriving is not None and (arriving is self._current or arriving.answered):
            if waited > self._settings.request_deadline_seconds:
                if arriving.answered:
                    self._linger()
                else:
                    arriving.proceed(overdue=True)
        elif self._head_open and not self.is_busy:
            if waited > self._settings.request_deadline_seconds:
                self._reject(HEAD_TOO_SLOW)
        # A request that follows others is not late before they are answered: `_since` is the time of the last response.
        elif self.is_busy or self._write_paused or self._transport.is_closing():
            if waited > STUCK_SECONDS:
                self._transport.abort()
        elif waited > self._settings.idle_seconds:
            self._transport.close()
