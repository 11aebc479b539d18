"""Cross-origin calls: any page may send events, with credentials or without.

Senders are identified by a key in the path, the query, the body or a header that the page's script sets, never by a
cookie, a client certificate or a password that the browser adds by itself. An answer therefore holds nothing that
depends on the browser's credentials, and letting a page make credentialed calls gives it nothing more than a call from
its own server would (decision 40). Browsers demand it: `navigator.sendBeacon` always sends with credentials, and a
credentialed call needs the page's origin in place of `*` (Fetch standard, "CORS protocol and credentials").
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final

from passerby.dialects.contract import Call, Reply

RawHeaders = tuple[tuple[bytes, bytes], ...]

ANY_ORIGIN: Final[RawHeaders] = ((b"access-control-allow-origin", b"*"),)
EXPOSED: Final = frozenset({"retry-after", "x-ratelimit-limit", "x-ratelimit-remaining"})
"""Headers of answers that a page's script may read, if they are there. SDKs wait as long as `Retry-After` says."""

_ORIGIN: Final = re.compile(rb"null|[a-z][a-z0-9+.-]{1,30}://[A-Za-z0-9._\[\]:-]{1,261}")

_HEADERS: Final = "Authorization, Content-Type, Content-Encoding, X-Retry-Count, X-Request-Id, CL-User-Agent"
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}")
_MAX_AGE_SECONDS: Final = 86_400


def allow_origin(origin: bytes) -> RawHeaders:
    """The headers that let a page of this origin read an answer; `origin` is the request's header, or empty."""
    if not origin or not _ORIGIN.fullmatch(origin):
        return ANY_ORIGIN
    return (
        (b"access-control-allow-origin", origin),
        (b"access-control-allow-credentials", b"true"),
        (b"vary", b"Origin"),
    )


def expose(names: Iterable[str]) -> str:
    """The value of Access-Control-Expose-Headers for an answer with headers of these names; "" for none."""
    return ", ".join(name for name in names if name.lower() in EXPOSED)


def preflight(call: Call, headers: Mapping[str, str]) -> Reply:
    """The answer to OPTIONS: the call's methods, and the headers that the page wants to set."""
    methods = ", ".join(sorted({*call.methods, "OPTIONS"}))
    allowed = (
        ("Allow", methods),
        ("Access-Control-Allow-Methods", methods),
        ("Access-Control-Allow-Headers", _allowed_headers(headers.get("access-control-request-headers"))),
        ("Access-Control-Max-Age", str(_MAX_AGE_SECONDS)),
        ("Vary", "Access-Control-Request-Headers"),
    )
    return Reply(204, headers=allowed)


def _allowed_headers(asked: str | None) -> str:
    """What was asked for, if it is a list of header names. `*` would not do: it leaves Authorization out."""
    return asked if asked and _HEADER_NAMES.fullmatch(asked) else _HEADERS
