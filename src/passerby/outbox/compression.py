"""Compresses and decompresses the change records of an outbox row.

Records repeat each other's keys and ids, so compression saves about nine tenths of a large batch. A batch of a few
messages has few repetitions: the preset dictionary holds the text that all records share, and halves such a row.
"""

from __future__ import annotations

import zlib
from typing import Final

_DICTIONARY: Final = (
    b'"purposes":["request":"{"kind":"unmerged","{"kind":"detached","{"kind":"reassigned","project":1,"position":1,'
    b'"from":"{"kind":"stage","project":1,"position":1,"profile":"01","from":"lead","to":"customer"}\n'
    b'"from":"anonymous","to":"customer"}\n"from":"anonymous","to":"lead"}\n'
    b'{"kind":"merged","project":1,"position":1,"profile":"01","canonical":"01","winner":"01","merge_id":"01'
    b'{"kind":"traits","project":1,"position":1,"profile":"01","names":["first_name","last_name","email","language"]}\n'
    b'["user_id","["email","["phone","["mobile_id","'
    b'{"kind":"created","project":1,"position":1,"profile":"01"}\n'
    b'{"kind":"attached","project":1,"position":1,"profile":"01","identifier":["anonymous_id","",""]}\n'
)
"""Part of the stored format: a row can only be read with the dictionary that it was written with. The most frequent
text comes last, where references to it are shortest."""

_ZLIB: Final = b"\x78"
"""The first byte of zlib's format (RFC 1950). Lines of JSON begin with a brace."""


def compressed(lines: bytes) -> bytes:
    """Compress lines of change records for a row; empty for no lines."""
    if not lines:
        return b""
    compressor = zlib.compressobj(zlib.Z_BEST_SPEED, zdict=_DICTIONARY)
    return compressor.compress(lines) + compressor.flush()


def decompressed(stored: bytes) -> bytes:
    """Return the lines of change records in a row. Raises zlib.error for damaged data."""
    if not stored.startswith(_ZLIB):  # written by a version without compression
        return stored
    decompressor = zlib.decompressobj(zdict=_DICTIONARY)
    lines = decompressor.decompress(stored)
    if not decompressor.eof:  # a truncated row is not an error to zlib
        raise zlib.error("incomplete change records")
    return lines
