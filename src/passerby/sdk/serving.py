"""Serves `GET /sdk/...` on the ingest port, without authentication.

Files keep their names when Passerby is upgraded. Browsers revalidate them after an hour; an unchanged file is answered
with 304.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Final

import msgspec

from passerby.dialects.common.answers import ANSWERS, text
from passerby.dialects.contract import Call, Credentials, Fault, Outcome, Reply, Request
from passerby.sdk.files import FILES, File

DIALECT: Final = "sdk"
"""Dialect of these calls in metrics and logs."""
PREFIX: Final = "/sdk/"
MAX_AGE_SECONDS: Final = 3_600
BODY_LIMIT: Final = 1_024
"""Bytes. A request for a file has no body."""

_HEADERS: Final = (
    ("Cache-Control", f"public, max-age={MAX_AGE_SECONDS}"),
    ("Vary", "Accept-Encoding"),  # else a cache would answer with gzip to clients that cannot read it
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "cross-origin"),  # for pages with `Cross-Origin-Embedder-Policy: require-corp`
)


def match(path: str) -> Call | None:
    """Return the call for a file of the SDKs, or None."""
    return _CALLS.get(path)


def answer(file: File, headers: Mapping[str, str]) -> Reply:
    """Return the file, compressed if the client accepts it, or 304 if the client has the current version."""
    packed = _takes_gzip(headers.get("accept-encoding", ""))
    tag = file.packed_tag if packed else file.plain_tag
    own = (("ETag", tag), *_HEADERS)
    known = headers.get("if-none-match", "")
    # Weak comparison (RFC 9110, 13.1.2): proxies that compress mark tags as weak.
    if known.strip() == "*" or tag in (each.strip().removeprefix("W/") for each in known.split(",")):
        return Reply(304, headers=own)
    if packed:
        return Reply(200, file.packed, file.content_type, (*own, ("Content-Encoding", "gzip")))
    return Reply(200, file.plain, file.content_type, own)


def _takes_gzip(accepted: str) -> bool:
    """Return whether an Accept-Encoding accepts gzip, by name or by `*`, with a weight above 0 (RFC 9110, 12.5.3)."""
    weights: dict[str, float] = {}
    for part in accepted.lower().split(","):
        coding, _, parameter = part.partition(";")
        _, _, weight = parameter.partition("=")
        try:
            weights[coding.strip()] = float(weight) if weight else 1.0
        except ValueError:  # not accepted, rather than an error for a script of a page
            weights[coding.strip()] = 0.0
    return weights.get("gzip", weights.get("*", 0.0)) > 0


def _handle(file: File, request: Request, _parameters: Mapping[str, str], _credentials: Credentials) -> Outcome:
    return Outcome(answer(file, request.headers))


def fault(what: Fault, detail: str) -> Reply:
    """Format a fault as an error of Passerby's own API."""
    error: dict[str, object] = {"code": what.value, "message": text(what, detail), "details": {}}
    return Reply(ANSWERS[what].status, msgspec.json.encode({"error": error}))


_CALLS: Final = {
    PREFIX + name: Call(
        dialect=DIALECT,
        name=name,
        methods=frozenset({"GET", "HEAD"}),
        body_limit=BODY_LIMIT,
        parameters={},
        handle=partial(_handle, file),
        fault=fault,
    )
    for name, file in FILES.items()
}
