"""The files as they are served: joined, packed and named by their content, once, when this is imported."""

from __future__ import annotations

import gzip
import hashlib
from importlib import metadata, resources
from typing import Final, NamedTuple

from passerby.sdk import bundle

VERSION: Final = metadata.version("passerby")

GLOBAL: Final = "passerby"
"""The mobile SDK's name in a page that loads it as a script."""

_TAG_DIGITS: Final = 20
_BEST: Final = 9


JAVASCRIPT: Final = "text/javascript; charset=utf-8"
TYPESCRIPT: Final = "application/typescript; charset=utf-8"


class File(NamedTuple):
    """One file, plain and packed with gzip, with an entity tag for either (RFC 9110, 8.8.3)."""

    content_type: str
    plain: bytes
    packed: bytes
    plain_tag: str
    packed_tag: str


def _sources() -> dict[str, str]:
    folder = resources.files("passerby.sdk") / "js"
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith((".js", ".d.ts"))}


def _file(name: str, text: str) -> File:
    kind = TYPESCRIPT if name.endswith(".ts") else JAVASCRIPT
    plain = text.encode()
    digest = hashlib.sha256(plain).hexdigest()[:_TAG_DIGITS]
    return File(kind, plain, gzip.compress(plain, _BEST, mtime=0), f'"{digest}"', f'"{digest}-gzip"')


def _banner(name: str) -> str:
    return f"/*! Passerby {name} {VERSION} | Apache-2.0 */\n"


def _files() -> dict[str, File]:
    sources = _sources()
    web, mobile = (bundle.join(sources, entry, VERSION) for entry in ("web_event.js", "mobile.js"))
    texts = {
        "web_event.js": bundle.script(web, _banner("web_event.js")),
        "mobile.js": bundle.script_or_common_module(mobile, _banner("mobile.js"), GLOBAL),
        "mobile.mjs": bundle.module(mobile, _banner("mobile.mjs")),
        "mobile.d.ts": _banner("mobile.d.ts") + sources["mobile.d.ts"],
    }
    return {name: _file(name, text) for name, text in texts.items()}


FILES: Final = _files()
"""By name below `/sdk/`."""
