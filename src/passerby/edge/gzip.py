"""Bodies that come packed: gzip and nothing else, with a bound on what they decompress to.

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
"""How many gzips behind each other a body may be; clients send one. Each of them costs a look at all that follow."""
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_AS_IT_IS: Final = frozenset({"", "identity", "utf-8", "utf8"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})

_PLAIN: Final = re.compile(rb"(?:\xef\xbb\xbf)?[ \t\r\n]*[\[{\"]|[A-Za-z0-9_.%+\[\]-]{1,200}=")
"""How JSON begins, and how a form does. A packed body that happens to begin so is refused as no JSON."""


def decompress(body: bytes, encoding: str, limit: int) -> bytes:
    """The body unpacked, if it is gzip and whatever the Content-Encoding says; else the body as it is.

    Raises RequestFault: BAD_ENCODING for a body packed in another way or twice, and for what is no whole gzip;
    TOO_LARGE for what unpacks to more than `limit` bytes, of which it unpacks no more than that.
    """
    packings = [name for part in encoding.lower().split(",") if (name := part.strip()) not in _AS_IT_IS]
    if not body.startswith(GZIP_MAGIC):
        if not body or not packings or _PLAIN.match(body):
            return body
        raise RequestFault(Fault.BAD_ENCODING, "not_gzip" if packings[0] in _GZIP else "unknown_encoding")
    if len(packings) > 1:
        raise RequestFault(Fault.BAD_ENCODING, "repeated_encoding")
    try:
        return b"".join(_members(body, limit))
    except zlib.error:
        raise RequestFault(Fault.BAD_ENCODING) from None


def _members(packed: bytes, limit: int) -> list[bytes]:
    """A gzip may be several, one behind the other (RFC 1952, 2.2)."""
    members: list[bytes] = []
    room = limit
    while packed:
        if len(members) == MEMBERS:
            raise RequestFault(Fault.BAD_ENCODING)
        unpacker = zlib.decompressobj(_GZIP_WINDOW)
        members.append(unpacker.decompress(packed, room + 1))
        room -= len(members[-1])
        if room < 0:
            raise RequestFault(Fault.TOO_LARGE)
        if not unpacker.eof:
            raise RequestFault(Fault.BAD_ENCODING, "truncated_gzip")
        packed = unpacker.unused_data
    return members
