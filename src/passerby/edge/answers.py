"""Responses as bytes: the head of a response is made once for all that look alike."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from passerby.dialects.contract import Fault, Reply, RequestFault
from passerby.edge.cors import allow_origin, expose
from passerby.edge.rates import RateExceeded

RETRY_SECONDS: Final = {Fault.OVERLOADED: 1, Fault.UNAVAILABLE: 5}
"""When a client may try again what the edge could not take."""

REMEMBERED: Final = 1_000
_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
"""Their answers have neither type nor length of a body (RFC 9110, 15.3.5, 15.4.5 and 8.6)."""
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_heads: dict[tuple[int, str, int, bool, bytes], bytes] = {}


def response(reply: Reply, origin: bytes = b"", *, keep_alive: bool, has_body: bool = True) -> bytes:
    """A whole response as bytes; without its body for HEAD.

    Every answer may be read by any page; by one of `origin` also if the call was made with credentials.
    """
    if reply.headers:
        head = _head(reply, origin, keep_alive=keep_alive)
    else:
        key = (reply.status, reply.content_type, len(reply.body), keep_alive, origin)
        head = _heads.get(key) or _remember(key, _head(reply, origin, keep_alive=keep_alive))
    return head + reply.body if has_body else head


def _remember(key: tuple[int, str, int, bool, bytes], head: bytes) -> bytes:
    if len(_heads) >= REMEMBERED:
        _heads.clear()
    _heads[key] = head
    return head


def _head(reply: Reply, origin: bytes, *, keep_alive: bool) -> bytes:
    headers = [*allow_origin(origin)]
    headers += [(name.lower().encode("latin-1"), _value(value)) for name, value in reply.headers]
    if exposed := expose(name for name, _ in reply.headers):
        headers.append((b"access-control-expose-headers", exposed.encode("latin-1")))
    if reply.status not in _BODILESS:
        headers.append((b"content-type", _value(reply.content_type)))
        headers.append((b"content-length", b"%d" % len(reply.body)))
    if not keep_alive:
        headers.append((b"connection", b"close"))
    status = HTTPStatus(reply.status)
    return b"HTTP/1.1 %d %b\r\n%b\r\n" % (
        status,
        status.phrase.encode(),
        b"".join([b"%b: %b\r\n" % header for header in headers]),
    )


def _value(text: str) -> bytes:
    """A header's value, whatever a client made a dialect say: no character that would end it or that HTTP forbids."""
    return _UNPRINTABLE.sub(b"", text.encode("latin-1", "replace"))


def fault_headers(fault: RequestFault) -> Iterator[tuple[str, str]]:
    """What the edge adds to a dialect's answer to a fault: when to try again, and the limit."""
    if isinstance(fault, RateExceeded):
        yield "Retry-After", str(fault.retry_after)
        yield "X-RateLimit-Limit", str(fault.limit)
        yield "X-RateLimit-Remaining", "0"
    elif fault.fault in RETRY_SECONDS:
        yield "Retry-After", str(RETRY_SECONDS[fault.fault])


def error(status: int, code: str, message: str) -> Reply:
    """An error that belongs to no vendor, in the shape of our own API. The texts are ours, so nothing is escaped."""
    return Reply(status, f'{{"error":{{"code":"{code}","message":"{message}","details":{{}}}}}}'.encode())


NO_SUCH_PATH: Final = "No call of any vendor has this path."
NOT_FOUND: Final = error(404, "not_found", NO_SUCH_PATH)
MISTAKE: Final = "This request met a mistake in Passerby. Nothing of it was kept."
BROKEN: Final = error(500, "internal", MISTAKE)
BAD_REQUEST: Final = error(400, "bad_request", "This is not HTTP/1.1 as RFC 9112 has it.")
EXPECTATION_FAILED: Final = error(417, "expectation_failed", "Only the expectation 100-continue is understood.")
HEAD_TOO_SLOW: Final = error(408, "too_slow", "The request took too long to arrive.")
HEAD_TOO_LARGE: Final = error(431, "head_too_large", "The request line and the headers are too large.")
TOO_MANY_CONNECTIONS: Final = Reply(
    429,
    error(429, "too_many_connections", "Too many connections are open; try again in a moment.").body,
    headers=(("Retry-After", "1"),),
)
