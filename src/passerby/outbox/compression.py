"""Compression of the change records in an outbox row: what is stored, and the lines that readers get.

Records repeat each other's keys and ids, so that about nine tenths of a large batch's bytes go. A batch of a few
messages has little to repeat: the preset dictionary has the text that records share, and halves such a row.
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
"""Part of the stored format: rows are read with the text that they were written with. The most frequent comes last."""

_ZLIB: Final = b"\x78"
"""The first byte of zlib's format (RFC 1950). Lines of JSON begin with a brace."""


def compressed(lines: bytes) -> bytes:
    """Return lines of change records as a row stores them; nothing for none."""
    if not lines:
        return b""
    compressor = zlib.compressobj(zlib.Z_BEST_SPEED, zdict=_DICTIONARY)
    return compressor.compress(lines) + compressor.flush()


def decompressed(stored: bytes) -> bytes:
    """Return the lines of change records that a row stores, also of rows that were written without compression.

    Raises zlib.error for what is damaged.
    """
    if not stored.startswith(_ZLIB):
        return stored
    decompressor = zlib.decompressobj(zdict=_DICTIONARY)
    lines = decompressor.decompress(stored)
    if not decompressor.eof:
        raise zlib.error("incomplete change records")
    return lines
