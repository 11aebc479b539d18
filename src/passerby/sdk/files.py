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


class File(NamedTuple):
    """One file, plain and packed with gzip, with an entity tag for either (RFC 9110, 8.8.3)."""

    plain: bytes
    packed: bytes
    plain_tag: str
    packed_tag: str


def _sources() -> dict[str, str]:
    folder = resources.files("passerby.sdk") / "js"
    return {file.name: file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".js")}


def _file(text: str) -> File:
    plain = text.encode()
    digest = hashlib.sha256(plain).hexdigest()[:_TAG_DIGITS]
    return File(plain, gzip.compress(plain, _BEST, mtime=0), f'"{digest}"', f'"{digest}-gzip"')


def _banner(name: str) -> str:
    return f"/*! Passerby {name} {VERSION} | Apache-2.0 */\n"


def _files() -> dict[str, File]:
    sources = _sources()
    web, mobile = (bundle.join(sources, entry, VERSION) for entry in ("web_event.js", "mobile.js"))
    texts = {
        "web_event.js": bundle.script(web, _banner("web_event.js")),
        "mobile.js": bundle.script_or_common_module(mobile, _banner("mobile.js"), GLOBAL),
        "mobile.mjs": bundle.module(mobile, _banner("mobile.mjs")),
    }
    return {name: _file(text) for name, text in texts.items()}


FILES: Final = _files()
"""By name below `/sdk/`."""
