"""The four forms of a response, selected by the parameter `resp_type`.

Source: Antsomi, Analytics API, event. A script calls a function of the page with its data. A picture or a redirect
cannot contain a message, so their errors are JSON.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any, Final
from urllib.parse import quote, urlsplit

import msgspec

from passerby.dialects.common.answers import NO_STORE, pixel
from passerby.dialects.contract import Reply

SCRIPT: Final = "javascript"
JSON: Final = "json"
REDIRECT: Final = "redirect"
PIXEL: Final = "pixel"
FORMS: Final = frozenset({SCRIPT, JSON, REDIRECT, PIXEL})

CALLBACK: Final = "_event_callback_data"
"""Function of the vendor's pages that receives a response."""

_Headers = tuple[tuple[str, str], ...]
_SCRIPT_TYPE: Final = "text/javascript; charset=utf-8"

_ESCAPED: Final = ((b"<", b"\\u003c"), ("\u2028".encode(), b"\\u2028"), ("\u2029".encode(), b"\\u2029"))
"""Characters that JSON allows and a script, or a page that contains it, would misread; and their escapes."""
_ADDRESS: Final = re.compile(r"[A-Za-z]{1,5}://[^/?#]{1,261}(?:[/?#]|\Z)")
"""The beginning of an address. It bounds the host, which `urlsplit` normalises in quadratic time."""
_SCHEMES: Final = frozenset({"http", "https"})
_URL_SAFE: Final = "".join(map(chr, range(0x21, 0x7F)))


def form_of(resp_type: str) -> str:
    """Return the requested form; a script if none or an unknown one is requested."""
    asked = resp_type.strip().lower()
    return asked if asked in FORMS else SCRIPT


def accepted(form: str, method: str, data: Mapping[str, Any], location: str = "") -> Reply:
    """Return the response to an accepted event; `data` is its content for a script."""
    kept: _Headers = (NO_STORE,) if method == "GET" else ()
    if form == SCRIPT:
        return _script(200, {"status": True, "campaigns": [], **data}, kept)
    if form == REDIRECT:
        return Reply(302, headers=(("Location", location), NO_STORE))
    if form == PIXEL:
        return pixel(200)
    return Reply(200, b'{"status":true,"campaigns":[]}', headers=kept)


def rejected(form: str, status: int, message: str, headers: _Headers = ()) -> Reply:
    """Return an error response."""
    body = {"status": False, "message": message}
    if form == SCRIPT:
        return _script(status, body, headers)
    return Reply(status, msgspec.json.encode(body), headers=headers)


def _script(status: int, body: Mapping[str, Any], headers: _Headers) -> Reply:
    data = msgspec.json.encode(body)
    for text, escaped in _ESCAPED:
        if text in data:
            data = data.replace(text, escaped)
    return Reply(status, b"%b(%b);" % (CALLBACK.encode(), data), _SCRIPT_TYPE, headers)


def redirect_to(url: str, hosts: Collection[str]) -> str | None:
    """Return an address escaped for a header, or None for one whose host is none of these (in lower case).

    Browsers and parsers disagree about unusual addresses, so a browser could go elsewhere than was checked (open
    redirect): an address with a backslash, a user name or white space is rejected.
    """
    if not _ADDRESS.match(url) or not url.isprintable() or "\\" in url or " " in url:
        return None
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return None
    if parts.scheme not in _SCHEMES or "@" in parts.netloc or not parts.netloc.isascii() or host not in hosts:
        return None
    return quote(url, safe=_URL_SAFE)
