"""Redacts rejected requests before they are stored: keys, secrets, and the host part of the client's address.

The first characters of a key or secret are kept: enough for its owner to recognise it, and too few to use it.
"""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection
from functools import lru_cache
from typing import Final

KEPT: Final = 4
"""Characters kept of a redacted value."""
PATH_LIMIT: Final = 500
"""Characters kept of a path with its query."""
TEXT_LIMIT: Final = 500
BODY_BYTES: Final = 2_048
"""Bytes kept of a body."""
_CUT: Final = "…"

_NAMES: Final = re.compile(
    r"(?:api|write|access|private|mobile|license|auth|client|webhook)[_-]?(?:api)?[_-]?(?:key|code)"
    r"|(?:portal|prop)_id|(?<![a-z])key(?![a-z])|token|secret|passw(?:or)?d|authorization|credential|signature|license",
    re.IGNORECASE,
)
_MEMBER: Final = re.compile(r'"(?P<name>[^"\\]{1,80})"\s*:\s*"(?P<value>(?:[^"\\]|\\.)*)')
"""A member of a JSON object with a string. The text may end within it, as only the beginning of a body is kept."""
_FIELD: Final = re.compile(r'(?<![^&;?\s])(?P<name>[^"=&;?\s]{1,80})=(?P<value>[^&;\s]*)')
"""A field of a query or a form."""
_PIXEL: Final = "pixel/"
"""Part of the path of a pixel, whose field `data` is JSON in base64 and may hold the write key."""
_DATA: Final = re.compile(r"(?<=data=)[^&]+")
_OURS: Final = re.compile(r"pby_[A-Za-z0-9_-]+")
"""A secret that Passerby generated, wherever it was sent."""
_RANDOM: Final = re.compile(r"(?=[^0-9]*[0-9])[A-Za-z0-9_.~%-]{12,}")
"""A segment of a path that may be a key with a typing error, and so is not one of the keys."""


def redacted(value: str) -> str:
    """Return the first characters of a value."""
    return value[:KEPT] + _CUT


def path(path: str, query: str, keys: Collection[str]) -> str:
    """Redact a path with its query: its segments that are one of `keys` or look like one; at most PATH_LIMIT long."""
    segments = [
        redacted(each) if each and (each in keys or _RANDOM.fullmatch(each)) else each for each in path.split("/")
    ]
    if _PIXEL in path:  # its JSON is encoded, so the patterns below would not find a key in it
        query = _DATA.sub(lambda found: redacted(found[0]), query)
    # Shortened last: a secret that is cut in half would not be recognised.
    found = "/".join(segments) + (f"?{_text(query)}" if query else "")
    return found[:PATH_LIMIT]


def body(sent: bytes) -> str:
    """Return the beginning of a body as text, without the values of members and fields named like a secret."""
    # Any bytes may be sent; SQLite and JSON would end a text at a NUL.
    return _text(sent[:BODY_BYTES].decode("utf-8", "replace").replace("\0", "\N{REPLACEMENT CHARACTER}"))


def _text(text: str) -> str:
    def without_secret(found: re.Match[str]) -> str:
        value = found["value"]
        return found[0].removesuffix(value) + redacted(value) if _is_secret(found["name"]) else found[0]

    # JSON and forms are not parsed: a rejected body may be neither, and its secrets have to be found all the same.
    text = _FIELD.sub(without_secret, _MEMBER.sub(without_secret, text))
    return _OURS.sub(lambda found: redacted(found[0]), text)


@lru_cache(4_096)
def _is_secret(name: str) -> bool:
    return _NAMES.search(name) is not None


def client(address: str) -> str:
    """Return the network of an IP address: /24 for IPv4, /48 for IPv6. Empty for any other text."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return ""
    return str(ipaddress.ip_network((parsed, 24 if parsed.version == 4 else 48), strict=False))  # noqa: PLR2004 - the version
