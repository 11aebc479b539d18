"""ASGI middleware of the console's port: security headers, JSON representations, and rejected forms shown again.

Every page at `/p/...` is available as JSON at the same path with `.json` appended. The middleware removes that ending
before routing and marks the request.
"""

from __future__ import annotations

from functools import partial
from http import HTTPStatus
from typing import Any, Final
from urllib.parse import quote, unquote, urlsplit

from litestar.types import ASGIApp, Message, Receive, Scope, Send

from passerby.console.forms import REJECTED, STATE, FormState, state_of

AS_JSON: Final = "passerby.as_json"
"""Key of the scope that is set for requests of the JSON representation."""

FORM_BYTES: Final = 256 * 1024
"""Maximum size of a form: an identity policy with a thousand blocked values fits."""

_PAGES: Final = "/p/"
_ENDING: Final = ".json"
_OF_BODY: Final = frozenset({b"content-length", b"content-type"})

HEADERS: Final = {
    "content-security-policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=()",
    "referrer-policy": "same-origin",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}
"""Headers of every response, the API's included: no resource of another origin is loaded, and no inline script runs."""

_RAW: Final = [(name.encode(), value.encode()) for name, value in HEADERS.items()]
_NAMES: Final = frozenset(name for name, _ in _RAW)


class ConsoleMiddleware:
    """Wraps the application of the console and the API."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path, sending = scope.get("path", ""), partial(_with_headers, send)
        if scope.get("method") == "POST" and path.startswith(_PAGES):
            await self._take_form(scope, receive, sending)
            return
        if path.startswith(_PAGES) and path.endswith(_ENDING):
            bare = path.removesuffix(_ENDING)
            scope = {**scope, "path": bare, "raw_path": bare.encode(), AS_JSON: True}  # type: ignore[assignment]  # a scope may hold other keys
        await self._app(scope, receive, sending)

    async def _take_form(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a form. A rejected one is answered with the page that it is on, filled in as it was sent."""
        # The application reads the body. It is kept here in case that the form has to be shown again.
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

        await self._app(asked, received, answered)  # type: ignore[arg-type]  # as above
        if not held:
            return
        state = state_of(scope["path"], bytes(body), asked[REJECTED])
        shown = await self._page(scope, asked[REJECTED].page, state)
        start, first = shown[0], held[0]
        if start["type"] != "http.response.start" or start["status"] != HTTPStatus.OK:
            shown = held  # the form's page cannot be shown: its profile may have been deleted meanwhile
        elif first["type"] == "http.response.start":
            start["status"] = first["status"]
        for message in shown:
            await send(message)

    async def _page(self, scope: Scope, path: str, state: FormState) -> list[Message]:
        """Return the response of the page at this path with a rejected form."""
        # The page is shown with the query that it had when the form was sent, as far as the browser names the page.
        came_from = urlsplit(dict(scope["headers"]).get(b"referer", b"").decode("latin-1"))
        query = came_from.query.encode("latin-1", "replace") if unquote(came_from.path) == path else b""
        made: list[Message] = []
        fresh: dict[str, Any] = {
            **scope,
            "method": "GET",
            "path": path,
            "raw_path": quote(path).encode(),
            "query_string": scope["query_string"] or query,
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


async def _with_headers(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        own = [(name.lower(), value) for name, value in message["headers"] if name.lower() not in _NAMES]
        if not any(name == b"cache-control" for name, _ in own):
            # Unless a response says otherwise, it holds what only this user may see.
            own.append((b"cache-control", b"no-store"))
        message = {**message, "headers": [*own, *_RAW]}
    await send(message)
