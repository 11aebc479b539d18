"""Session and device cookies, and the user of a request."""

from __future__ import annotations

from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.datastructures import Cookie

from passerby.accounts.users import Visitor
from passerby.console.context import ConsoleContext

COOKIE = "passerby_session"
DEVICE_COOKIE = "passerby_device"
"""Marks a browser that has signed in before. It grants nothing: it keeps its attempts from counting with others'."""

AnyConnection = ASGIConnection[Any, Any, Any, Any]


async def load_session(connection: AnyConnection) -> Visitor | None:
    """Look up the user of the session cookie, and store it for `visitor_of`; None without a valid session."""
    token = connection.cookies.get(COOKIE)
    console: ConsoleContext = connection.app.state.console
    context = console.context
    visitor = await context.readers.run(context.users.visitor, token, context.now()) if token else None
    connection.state.visitor = visitor
    return visitor


def visitor_of(request: Request[Any, Any, Any]) -> Visitor | None:
    """Return the user of a request that the guard has seen; None without a valid session."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return visitor


def cookie(request: Request[Any, Any, Any], name: str, value: str, seconds: int) -> Cookie:
    """Return a cookie that scripts cannot read.

    `SameSite=Lax` keeps other sites' forms from sending it. `Secure` is set for HTTPS alone: browsers would not store
    it from a console on plain HTTP, which is how it is reached in a private network.
    """
    secure = request.url.scheme == "https"
    return Cookie(key=name, value=value, path="/", max_age=seconds, httponly=True, samesite="lax", secure=secure)
