"""What surrounds every answer of the console's port: a strict content policy, and the `.json` twins of pages.

A page at `/p/...` has a twin at the same path with `.json` behind it, which gives as data what the page shows. The
router never sees that ending: it is taken off here, and the request is marked.
"""

from __future__ import annotations

from functools import partial

from litestar.types import ASGIApp, Message, Receive, Scope, Send

TWIN = "passerby.twin"
"""Where a request's scope says that data is wanted, not a page."""

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


class Shell:
    """An ASGI application within these headers, with twins."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._app(_untwinned(scope), receive, partial(_with_headers, send))


def _untwinned(scope: Scope) -> Scope:
    path = scope.get("path", "")
    if not (path.startswith(_PAGES) and path.endswith(_ENDING)):
        return scope
    bare = path.removesuffix(_ENDING)
    return {**scope, "path": bare, "raw_path": bare.encode(), TWIN: True}  # type: ignore[return-value]  # a scope may hold keys of one's own


async def _with_headers(send: Send, message: Message) -> None:
    if message["type"] == "http.response.start":
        own = [(name.lower(), value) for name, value in message["headers"] if name.lower() not in _NAMES]
        kept = () if any(name == b"cache-control" for name, _ in own) else (_UNKEPT,)
        message = {**message, "headers": [*own, *_RAW, *kept]}
    await send(message)


_NAMES = frozenset(name for name, _ in _RAW)
_UNKEPT = (b"cache-control", b"no-store")
"""What is not said to be kept by a cache holds what only this visitor may see."""
