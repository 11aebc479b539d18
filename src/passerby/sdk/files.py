"""The files to serve, with version, gzip form and entity tags. Built once, at import."""

from __future__ import annotations

import gzip
import hashlib
from importlib import metadata, resources
from typing import Final, NamedTuple

VERSION: Final = metadata.version("passerby")

_PLACEHOLDER: Final = "__PASSERBY_VERSION__"
_TAG_DIGITS: Final = 20
_BEST: Final = 9

JAVASCRIPT: Final = "text/javascript; charset=utf-8"
TYPESCRIPT: Final = "application/typescript; charset=utf-8"


class File(NamedTuple):
    """A file, plain and gzip-compressed. Each form has its own entity tag (RFC 9110, 8.8.3)."""

    content_type: str
    plain: bytes
    packed: bytes
    plain_tag: str
    packed_tag: str


def _file(name: str, folder: str) -> File:
    text = (resources.files("passerby.sdk") / folder / name).read_text("utf-8").replace(_PLACEHOLDER, VERSION)
    plain = f"/*! Passerby {name} {VERSION} | Apache-2.0 */\n{text}".encode()
    digest = hashlib.sha256(plain).hexdigest()[:_TAG_DIGITS]
    kind = TYPESCRIPT if name.endswith(".ts") else JAVASCRIPT
    # Without a time of compression: each edge process makes its own files, and all have to have the same bytes.
    return File(kind, plain, gzip.compress(plain, _BEST, mtime=0), f'"{digest}"', f'"{digest}-gzip"')


FILES: Final = {
    "web_event.js": _file("web_event.js", "bundles"),
    "mobile.js": _file("mobile.js", "bundles"),
    "mobile.mjs": _file("mobile.mjs", "bundles"),
    "mobile.d.ts": _file("mobile.d.ts", "js"),
}
"""Files by their name below `/sdk/`."""
