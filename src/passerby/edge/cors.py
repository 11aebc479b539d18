"""CORS: pages of any origin may send events, with or without credentials.

Clients authenticate with a key in the path, the query, the body or a header set by a script, never with a cookie, a
client certificate or a password that the browser adds. Responses therefore do not depend on the browser's credentials,
and a credentialed request tells a page no more than a request from its own server would (decision 40). Browsers require
this: `navigator.sendBeacon` always sends credentials, and a credentialed request needs the page's origin in place of
`*` (Fetch standard, "CORS protocol and credentials").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from passerby.dialects.contract import Call, Reply

RawHeaders = tuple[tuple[bytes, bytes], ...]

ANY_ORIGIN: Final[RawHeaders] = ((b"access-control-allow-origin", b"*"),)
EXPOSED: Final = frozenset({"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining"})
"""Response headers that scripts may read. SDKs need `Retry-After` to delay their next attempt."""

_ORIGIN: Final = re.compile(rb"null|[a-z][a-z0-9+.-]{1,30}://[A-Za-z0-9._\[\]:-]{1,261}")

_HEADERS: Final = "Authorization, Content-Type, Content-Encoding, X-Retry-Count, X-Request-Id, CL-User-Agent"
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}")
_MAX_AGE_SECONDS: Final = 86_400


def allow_origin(origin: bytes) -> RawHeaders:
    """Return the CORS headers of a response. `origin` is the request's Origin header, or empty."""
    if not origin or not _ORIGIN.fullmatch(origin):
        return ANY_ORIGIN
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )


def expose(names: Iterable[str]) -> str:
    """Return the value of Access-Control-Expose-Headers for a response with these headers; "" for none."""
    return ", ".join(name for name in names if name.lower() in EXPOSED)


def preflight(call: Call, headers: Mapping[str, str]) -> Reply:
    """Return the response to OPTIONS: the call's methods and the requested headers."""
    methods = ", ".join(sorted({*call.methods, "OPTIONS"}))
    requested = headers.get("access-control-request-headers")
    # The requested names are repeated, because `*` does not cover Authorization (Fetch standard).
    names = requested if requested and _HEADER_NAMES.fullmatch(requested) else _HEADERS
    allowed = (
        ("Allow", methods),
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", names),
        ("Access-Control-Max-Age", str(_MAX_AGE_SECONDS)),
        ("Vary", "Access-Control-Request-Headers"),
    )
    return Reply(204, headers=allowed)
