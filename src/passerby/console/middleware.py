"""What surrounds every answer of the console's port: a strict content policy, and the `.json` twins of pages.

Every page at `/p/...` is available as JSON at the same path with `.json` appended. The
router never sees that ending: it is taken off here, and the request is marked.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial
from http import HTTPStatus
from typing import Any
from urllib.parse import quote, unquote, urlsplit

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from passerby.console.forms import REJECTED, STATE, FormState, state_of

AS_JSON = "passerby.as_json"
"""Key of the scope that is set for requests of the JSON representation."""

FORM_BYTES = 256 * 1024
"""The most that a form may hold: a policy with a thousand blocked values fits."""

_OF_BODY = frozenset({b"content-length", b"content-type"})
_ENDING = ".json"
_PAGES = "/p/"
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Headers of every answer, the API's included: nothing of another origin is loaded, and no script stands in a page."""

_RAW = [(name.encode(), value.encode()) for name, value in HEADERS.items()]


class ConsoleMiddleware:
    """ASGI middleware: security headers, JSON representations, and rejected forms shown again."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope.get("method") == "POST" and scope["path"].startswith(_PAGES):
            await self._take_form(scope, receive, partial(_with_headers, send))
        else:
            await self._app(_json_requested(scope), receive, partial(_with_headers, send))

    async def _take_form(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a form; one that is rejected with its own page, filled in as it was sent."""
        body = bytearray()
        held: list[Message] = []
        asked: dict[str, Any] = {**scope, "state": {}}

        async def received() -> Any:
            message = await receive()
            if message["type"] == "http.request" and len(body) < FORM_BYTES:
                body.extend(message["body"])
            return message

        async def answered(message: Message) -> None:
            if REJECTED in asked:
                held.append(message)
            else:
                await send(message)

        await self._app(asked, received, answered)  # type: ignore[arg-type]  # a scope may hold other keys
        if held:
            state = state_of(scope["path"], bytes(body), asked[REJECTED])
            shown = await self._page(scope, asked[REJECTED].page, state)
            for message in _with_status(shown, held) or held:
                await send(message)

    async def _page(self, scope: Scope, path: str, state: FormState) -> list[Message]:
        """The page of a form, with its state; the query is that of the page on which it was sent."""
        made: list[Message] = []
        fresh: dict[str, Any] = {
            **scope,
            "method": "GET",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": scope["query_string"] or _query_at(path, scope["headers"]),
            "headers": [(name, value) for name, value in scope["headers"] if name not in _OF_BODY],
            "state": {},
            STATE: state,
        }

        async def nothing() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        async def add(message: Message) -> None:
            made.append(message)

        await self._app(fresh, nothing, add)  # type: ignore[arg-type]  # as above
        return made


def _query_at(path: str, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The query that a page was shown with, as far as the browser says which page that was."""
    came_from = urlsplit(dict(headers).get(b"referer", b"").decode("latin-1"))
    return came_from.query.encode("latin-1", "replace") if unquote(came_from.path) == path else b""


def _with_status(shown: list[Message], held: list[Message]) -> list[Message]:
    """The page with the status of the rejection; nothing where the page cannot be shown."""
    start, *rest = shown
    if start["type"] != "http.response.start" or start["status"] != HTTPStatus.OK:
        return []
    if held[0]["type"] == "http.response.start":
        start["status"] = held[0]["status"]
    return [start, *rest]


def _json_requested(scope: Scope) -> Scope:
    path = scope.get("path", "")
    if not (path.startswith(_PAGES) and path.endswith(_ENDING)):
        return scope
    bare = path.removesuffix(_ENDING)
    return {**scope, "path": bare, "raw_path": bare.encode(), AS_JSON: True}  # type: ignore[return-value]  # a scope may hold other keys


async def _with_headers(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        own = [(name.lower(), value) for name, value in message["headers"] if name.lower() not in _NAMES]
        kept = () if any(name == b"cache-control" for name, _ in own) else (_UNKEPT,)
        message = {**message, "headers": [*own, *_RAW, *kept]}
    await send(message)


_NAMES = frozenset(name for name, _ in _RAW)
_UNKEPT = (b"cache-control", b"no-store")
"""What is not said to be kept by a cache holds what only this visitor may see."""
