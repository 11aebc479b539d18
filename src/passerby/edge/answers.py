"""Serialises responses to bytes; heads are cached by status, type, length and origin."""

from __future__ import annotations

import re
from collections.abc import Iterator
from http import HTTPStatus
from typing import Final

from passerby.dialects.contract import Fault, Reply, RequestFault
from passerby.edge.cors import allow_origin, expose
from passerby.edge.limits import RateExceeded

RETRY_SECONDS: Final = {Fault.OVERLOADED: 1, Fault.UNAVAILABLE: 5}
"""Retry-After in seconds. A full queue drains within a second; a full disk takes an operator or a prune."""

CACHED_HEADS: Final = 1_000
"""Bounds the cache, because origins come from clients: a full cache is emptied."""
_BODILESS: Final = frozenset({HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED})
"""Statuses whose responses have neither Content-Type nor Content-Length (RFC 9110, 15.3.5, 15.4.5 and 8.6)."""
_UNPRINTABLE: Final = re.compile(rb"[\x00-\x08\x0a-\x1f\x7f]")

_heads: dict[tuple[int, str, int, bool, bytes], bytes] = {}


def response(reply: Reply, origin: bytes = b"", *, keep_alive: bool, has_body: bool = True) -> bytes:
    """Return a response as bytes; `has_body=False` leaves out the body, for HEAD.

    CORS: a page of any origin may read the response; a page of `origin` may also send credentials.
    """
    if reply.headers:
        head = _head(reply, origin, keep_alive=keep_alive)
    else:
        key = (reply.status, reply.content_type, len(reply.body), keep_alive, origin)
        cached = _heads.get(key)
        if cached is None:
            cached = _head(reply, origin, keep_alive=keep_alive)
            if len(_heads) >= CACHED_HEADS:
                _heads.clear()
            _heads[key] = cached
        head = cached
    return head + reply.body if has_body else head


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
    """Encode a header value without control characters, which HTTP forbids.

    Some dialects copy request values into headers: a line break in one would start another header (header injection).
    """
    return _UNPRINTABLE.sub(b"", text.encode("latin-1", "replace"))


def fault_headers(fault: RequestFault) -> Iterator[tuple[str, str]]:
    """Yield the headers added to a dialect's error: Retry-After, and the rate limit that was exceeded."""
    if isinstance(fault, RateExceeded):
        yield "Retry-After", str(fault.retry_after)
        yield "X-RateLimit-Limit", str(fault.limit)
        yield "X-RateLimit-Remaining", "0"
    elif fault.fault in RETRY_SECONDS:
        yield "Retry-After", str(RETRY_SECONDS[fault.fault])


def error(status: int, code: str, message: str) -> Reply:
    """Return an error in the format of Passerby's own API. `code` and `message` are constants and are not escaped."""
    return Reply(status, f'{{"error":{{"code":"{code}","message":"{message}","details":{{}}}}}}'.encode())


NO_SUCH_PATH: Final = "Unknown path: no source has an endpoint here."
NOT_FOUND: Final = error(404, "not_found", NO_SUCH_PATH)
INTERNAL_ERROR: Final = error(500, "internal", "An internal error occurred. Nothing of the request was stored.")
BAD_REQUEST: Final = error(400, "bad_request", "Malformed HTTP/1.1 request (RFC 9112).")
EXPECTATION_FAILED: Final = error(417, "expectation_failed", "The only supported expectation is 100-continue.")
HEAD_TOO_SLOW: Final = error(408, "too_slow", "The request took too long to arrive.")
HEAD_TOO_LARGE: Final = error(431, "head_too_large", "The request line and the headers are too large.")
TOO_MANY_CONNECTIONS: Final = Reply(
    429,
    error(429, "too_many_connections", "Too many connections are open; try again in a moment.").body,
    headers=(("Retry-After", "1"),),
)
