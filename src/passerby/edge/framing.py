"""Message framing: rejects heads that two servers in a row could read differently (request smuggling).

httptools' parser is strict (llhttp without leniencies): it rejects a length together with chunks, two lengths, folded
headers and bare line feeds. Here are the rules that it leaves to the server.
The size limits of bodies are enforced in `exchange`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import unquote

import httptools

from passerby.dialects.contract import Reply
from passerby.edge.answers import BAD_REQUEST, EXPECTATION_FAILED

RawHeaders = Sequence[tuple[bytes, bytes]]

HEAD_LIMIT: Final = 32 << 10
"""Bytes of a request line and its headers, about."""
FRAMING_LIMIT: Final = 32 << 10
FRAMING_PER_BYTE: Final = 16
"""Bytes around the chunks of a body: so many, and so many more per byte of the body. One byte a chunk takes 5."""

_UPGRADES: Final = frozenset({b"upgrade", b"http2-settings"})
"""Headers, and options of the header `Connection`, by which a client asks for another protocol."""


class Unacceptable(Exception):
    """The request is rejected before its dialect is known; `reply` is the response."""

    def __init__(self, reply: Reply = BAD_REQUEST) -> None:
        super().__init__()
        self.reply = reply


def check_head(headers: RawHeaders, raw: Mapping[bytes, bytes], *, is_modern: bool) -> None:
    """Raise Unacceptable for a head that is ambiguous. `is_modern`: not of HTTP/1.0.

    Exactly one `Host` (RFC 9112, 3.2; none is needed in HTTP/1.0), no transfer coding but `chunked`, which HTTP/1.0
    does not have (6.1), and no expectation but that of an interim response (RFC 9110, 10.1.1).
    """
    hosts = sum(name == b"host" for name, _ in headers)
    if hosts > 1 or (is_modern and not hosts):
        raise Unacceptable
    codings = [value.strip().lower() for name, value in headers if name == b"transfer-encoding"]
    if codings and (not is_modern or codings != [b"chunked"]):
        raise Unacceptable
    if raw.get(b"expect", b"100-continue").lower() != b"100-continue":
        raise Unacceptable(EXPECTATION_FAILED)


def split_target(url: bytes) -> tuple[str, str]:
    """Path, percent-decoded, and query of a request's target. Raises Unacceptable."""
    if url[:1] == b"/" and b"%" not in url and b"#" not in url and url.isascii():
        path, _, query = url.decode("ascii").partition("?")
        return path, query
    try:
        parsed = httptools.parse_url(url)
        return unquote((parsed.path or b"/").decode("ascii")), (parsed.query or b"").decode("latin-1")
    except (httptools.HttpParserInvalidURLError, UnicodeDecodeError):
        raise Unacceptable from None


def without_upgrade(method: bytes, url: bytes, headers: RawHeaders, version: str) -> bytes:
    """The head of an upgrade request without its upgrade headers, which a server may ignore (RFC 9110, 7.8)."""
    kept = [header for header in headers if header[0] not in _UPGRADES and header[0] != b"connection"]
    named = b",".join(value for name, value in headers if name == b"connection").split(b",")
    options = [option for each in named if (option := each.strip().lower()) and option not in _UPGRADES]
    if options:
        kept.append((b"connection", b", ".join(options)))
    lines = b"".join(b"%b: %b\r\n" % header for header in kept)
    return b"%b %b HTTP/%b\r\n%b\r\n" % (method, url, version.encode("ascii"), lines)


def head_size(url: bytes, headers: RawHeaders) -> int:
    """Bytes of a target and headers, without what stands between them."""
    return len(url) + sum(len(name) + len(value) for name, value in headers)
