"""What is shown of deliveries: requests and responses with secrets masked. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final
from urllib.parse import quote

from passerby.deliveries.protocol import Exchange
from passerby.delivery.destinations.sending import Sent

SHOWN_BYTES: Final = 4_000
EXCERPT_BYTES: Final = 2_000
MASK: Final = "•••"
_CREDENTIALS: Final = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie"})


def exchange(sent: Sent, secrets: Sequence[str], at: int) -> Exchange:
    """Return a request and its response as they are stored and shown. `at` is the time in ms."""
    request, response, outcome, problem = sent
    shown = _message(f"{request.method} {request.url}", request.headers, request.body)
    answer = problem
    status = 0
    if response is not None:
        status = response.status
        answer = _message(str(status), response.headers, response.body)
    return Exchange(at, outcome.result, outcome.reason, status, masked(shown, secrets), masked(answer, secrets))


def excerpt(sent: Sent, secrets: Sequence[str]) -> str:
    """Return the beginning of a response's body, or why there is none, for a dead item."""
    text = sent.problem if sent.response is None else _text(sent.response.body, EXCERPT_BYTES)
    return masked(text, secrets)


def masked(text: str, secrets: Sequence[str]) -> str:
    """Return a text without secrets, nor those in a URL. `secrets` has the longest first: one may contain another."""
    for secret in secrets:
        text = text.replace(secret, MASK).replace(quote(secret, safe=""), MASK)
    return text


def _message(first: str, headers: Mapping[str, str], body: bytes) -> str:
    """Return an HTTP message as text. Credentials are masked whole: most are a secret in some encoding."""
    lines = [f"{name}: {MASK if name.lower() in _CREDENTIALS else value}" for name, value in headers.items()]
    return "\n".join([first, *lines, "", _text(body, SHOWN_BYTES)])


def _text(body: bytes, limit: int) -> str:
    return body[:limit].decode("utf-8", "replace") + ("…" if len(body) > limit else "")
