"""Bodies that come packed: gzip and nothing else, with a bound on what they unpack to."""

from __future__ import annotations

import zlib
from typing import Final

from passerby.dialects.contract import Fault, RequestFault

GZIP_MAGIC: Final = b"\x1f\x8b"
MEMBERS: Final = 100
"""How many gzips behind each other a body may be; clients send one. Each of them costs a look at all that follow."""
_GZIP_WINDOW: Final = 16 + zlib.MAX_WBITS
_AS_IT_IS: Final = frozenset({"", "identity"})
_GZIP: Final = frozenset({"gzip", "x-gzip"})


def unpack(body: bytes, encoding: str, limit: int) -> bytes:
    """The body as its Content-Encoding says.

    Raises RequestFault: BAD_ENCODING for another encoding, or for what is no whole gzip; TOO_LARGE for what unpacks
    to more than `limit` bytes, of which it unpacks no more than that.
    """
    name = encoding.strip().lower()
    if not body or name in _AS_IT_IS:
        return body
    if name not in _GZIP:
        raise RequestFault(Fault.BAD_ENCODING, "Only gzip is understood")
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
            raise RequestFault(Fault.BAD_ENCODING, "It ends too early")
        packed = unpacker.unused_data
    return members
