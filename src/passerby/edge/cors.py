"""Cross-origin calls: any page may send events, with no credentials of the browser's own.

What identifies a sender is in the path, in the body or in a header that the page's script sets; cookies and the
browser's own sign-ins never are, so every origin may be let in (Fetch standard, "CORS protocol").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from passerby.dialects.contract import Call, Reply

ALLOW_ORIGIN: Final = (b"access-control-allow-origin", b"*")

_HEADERS: Final = "Authorization, Content-Type, Content-Encoding, X-Retry-Count, X-Request-Id, CL-User-Agent"
_HEADER_NAMES: Final = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~, -]{1,1000}")
_MAX_AGE_SECONDS: Final = 86_400


def preflight(call: Call, headers: Mapping[str, str]) -> Reply:
    """The answer to OPTIONS: the call's methods, and whatever headers the page wants to set."""
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
