"""Answers as the server takes them: the start of a response made once for all that look alike."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from http import HTTPStatus
from typing import Final, TypeVar

from passerby.dialects.contract import Fault, Reply, RequestFault
from passerby.edge.asgi import Event
from passerby.edge.cors import allow_origin, expose
from passerby.edge.rates import RateExceeded
from passerby.edge.reading import Unread

RETRY_SECONDS: Final = {Fault.OVERLOADED: 1, Fault.UNAVAILABLE: 5}
"""When a client may try again what the edge could not take."""

REMEMBERED: Final = 1_000
_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
"""Their answers have neither type nor length of a body (RFC 9110, 15.3.5, 15.4.5 and 8.6)."""
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_starts: dict[tuple[int, str, int, bytes], Event] = {}
_heads: dict[tuple[int, str, int, bool, bytes], bytes] = {}

_Key = TypeVar("_Key")
_Made = TypeVar("_Made")


def start(reply: Reply, extra: Iterable[tuple[str, str]] = (), origin: bytes = b"") -> Event:
    """The `http.response.start` of a reply, with headers beyond its own.

    Every answer may be read by any page; by one of `origin` also if the call was made with credentials.
    """
    if reply.headers or extra:
        return _start(reply, (*reply.headers, *extra), origin)
    key = (reply.status, reply.content_type, len(reply.body), origin)
    return _starts.get(key) or _remember(_starts, key, _start(reply, (), origin))


def _remember(memory: dict[_Key, _Made], key: _Key, made: _Made) -> _Made:
    if len(memory) >= REMEMBERED:
        memory.clear()
    memory[key] = made
    return made


def _start(reply: Reply, headers: tuple[tuple[str, str], ...], origin: bytes) -> Event:
    raw = [*allow_origin(origin), *((name.lower().encode("latin-1"), _value(value)) for name, value in headers)]
    if exposed := expose(name for name, _ in headers):
        raw.append((b"access-control-expose-headers", exposed.encode("latin-1")))
    if reply.status not in _BODILESS:
        raw += [(b"content-type", _value(reply.content_type)), (b"content-length", b"%d" % len(reply.body))]
    return {"type": "http.response.start", "status": reply.status, "headers": raw}


def _value(text: str) -> bytes:
    """A header's value, whatever a client made a dialect say: no character that would end it or that HTTP forbids."""
    return _UNPRINTABLE.sub(b"", text.encode("latin-1", "replace"))


def fault_headers(fault: RequestFault) -> Iterator[tuple[str, str]]:
    """What the edge adds to a dialect's answer to a fault: when to try again, the limit, and whether to hang up."""
    if isinstance(fault, RateExceeded):
        yield "Retry-After", str(fault.retry_after)
        yield "X-RateLimit-Limit", str(fault.limit)
        yield "X-RateLimit-Remaining", "0"
    elif fault.fault in RETRY_SECONDS:
        yield "Retry-After", str(RETRY_SECONDS[fault.fault])
    if isinstance(fault, Unread):
        yield "Connection", "close"


def whole(reply: Reply, *, keep_alive: bool, origin: bytes = b"") -> bytes:
    """A whole response as bytes. `origin` is as for `start`."""
    key = (reply.status, reply.content_type, len(reply.body), keep_alive, origin)
    head = None if reply.headers else _heads.get(key)
    if head is None:
        head = _head(reply, origin, keep_alive=keep_alive)
        if not reply.headers:
            _remember(_heads, key, head)
    return head + reply.body


def _head(reply: Reply, origin: bytes, *, keep_alive: bool) -> bytes:
    headers = start(reply, origin=origin)["headers"]
    if not keep_alive:
        headers = [*headers, (b"connection", b"close")]
    lines = [f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}".encode()]
    lines += [b"%b: %b" % header for header in headers]
    return b"\r\n".join([*lines, b"", b""])


def error(status: int, code: str, message: str) -> Reply:
    """An error that belongs to no vendor, in the shape of our own API. The texts are ours, so nothing is escaped."""
    return Reply(status, f'{{"error":{{"code":"{code}","message":"{message}","details":{{}}}}}}'.encode())


def raw(reply: Reply) -> bytes:
    """A whole response as bytes, after which the connection ends: for what is refused before there is a request."""
    return whole(reply, keep_alive=False)


NO_SUCH_PATH: Final = "No call of any vendor has this path."
NOT_FOUND: Final = error(404, "not_found", NO_SUCH_PATH)
MISTAKE: Final = "This request met a mistake in Passerby. Nothing of it was kept."
BROKEN: Final = error(500, "internal", MISTAKE)
BAD_REQUEST: Final = error(400, "bad_request", "This is not HTTP/1.1 as RFC 9112 has it.")
HEAD_TOO_SLOW: Final = error(408, "too_slow", "The request took too long to arrive.")
HEAD_TOO_LARGE: Final = error(431, "head_too_large", "The request line and the headers are too large.")
TOO_MANY_CONNECTIONS: Final = Reply(
    429,
    error(429, "too_many_connections", "Too many connections are open; try again in a moment.").body,
    headers=(("Retry-After", "1"),),
)
