"""Decompresses request bodies: gzip only, with a limit on the decompressed size.

The `Content-Encoding` header is a hint and the body decides: some clients send a charset in it, and some proxies
decompress a body without removing it.
"""

from __future__ import annotations

import re
import zlib
from typing import Final

from passerby.dialects.contract import Fault, RequestFault

GZIP_MAGIC: Final = b"\x1f\x8b"
MEMBERS: Final = 100
"""Gzip members that a body may have; clients send one. Each member copies the rest of the body, which is quadratic."""
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS  # zlib's own way to say: a gzip header, not one of zlib
_NO_ENCODING: Final = frozenset({"", "identity", "utf-8", "utf8"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})

_PLAIN: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{\"]|[A-Za-z0-9_.%+\[\]-]{1,200}=")
"""The beginning of JSON or of a form. A body in another encoding that happens to match is rejected as invalid JSON."""


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """Decompress a body that is gzip, whatever `encoding` (Content-Encoding) says; return any other body unchanged.

    Raises RequestFault: BAD_ENCODING for another encoding, several encodings, or an incomplete gzip stream; TOO_LARGE
    if the result exceeds `limit` bytes, of which no more are decompressed.
    """
    encodings = [name for part in encoding.lower().split(",") if (name := part.strip()) not in _NO_ENCODING]
    if not body.startswith(GZIP_MAGIC):
        if not body or not encodings or _PLAIN.match(body):
            return body
        raise RequestFault(Fault.BAD_ENCODING, "not_gzip" if encodings[0] in _GZIP else "unknown_encoding")
    if len(encodings) > 1:
        raise RequestFault(Fault.BAD_ENCODING, "repeated_encoding")
    members: list[bytes] = []
    while body:  # a gzip stream may have several members (RFC 1952, 2.2)
        if len(members) == MEMBERS:
            raise RequestFault(Fault.BAD_ENCODING)
        member = zlib.decompressobj(_GZIP_WINDOW)
        try:
            # One byte beyond the limit tells a body of exactly `limit` bytes from a larger one.
            members.append(member.decompress(body, limit + 1))
        except zlib.error:
            raise RequestFault(Fault.BAD_ENCODING) from None
        limit -= len(members[-1])
        if limit < 0:
            raise RequestFault(Fault.TOO_LARGE)
        if not member.eof:
            raise RequestFault(Fault.BAD_ENCODING, "truncated_gzip")
        body = member.unused_data
    return b"".join(members)
