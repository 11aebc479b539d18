"""Who may see or do what in the console: every route declares what it needs, and one without is an error at start.

Sessions come in a cookie that scripts cannot read and that other sites' forms do not carry along.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum
from typing import Any

from litestar import Request
from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from passerby.accounts.users import Role, Visitor
from passerby.console.origins import is_own
from passerby.console.reception import Reception
from passerby.services.errors import not_found

COOKIE = "passerby_session"
NEED = "console_needs"
"""Where a route handler's `opt` says what it needs."""
PROJECT = "project_name"
"""The parameter of a route's path that names a project."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})

AnyConnection = ASGIConnection[Any, Any, Any, Any]


class Need(Enum):
    """What a route needs.

    Nothing; a session, with a role in the project where the route is a project's; an administrator of the project; or
    an administrator of all projects.
    """

    NOBODY = "nobody"
    VIEWER = "viewer"
    ADMIN = "admin"
    OWNER = "owner"


class NoPolicy(Exception):
    """A route does not say who may use it."""

    def __init__(self, handler: BaseRouteHandler) -> None:
        super().__init__(f"{handler} declares no need: give its `opt` a `{NEED}`")


class SignInNeeded(Exception):
    """Nobody is signed in, and the route is not for everybody."""


class NotAllowed(Exception):
    """Whoever is signed in may look, and this changes something."""


class ForeignOrigin(Exception):
    """A request that changes something does not come from the console's own pages."""


def required_scope(handler: BaseRouteHandler) -> Need:
    """What a route needs. Raises NoPolicy."""
    need = handler.opt.get(NEED)
    if not isinstance(need, Need):
        raise NoPolicy(handler)
    return need


def with_policy(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """These handlers, each of which says who may use it. Raises NoPolicy."""
    found = list(handlers)
    for handler in found:
        required_scope(handler)
    return found


async def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Let in whoever may. Notes who it is for `visitor_of`.

    Raises ForeignOrigin, SignInNeeded, NotAllowed, and ServiceError for a project in which the visitor has no role.
    """
    if connection.scope.get("method") not in SAFE_METHODS and not is_own(connection.headers):
        raise ForeignOrigin
    visitor = await _visitor(connection)
    connection.state.visitor = visitor
    need = required_scope(handler)
    if need is Need.NOBODY:
        return
    if visitor is None:
        raise SignInNeeded
    role = _role_at(connection, visitor)
    if role is None and need is not Need.OWNER and PROJECT in connection.path_params:
        raise not_found("project")  # whether there is one is no business of a user without a role in it
    if need in _CHANGING and (visitor.role if need is Need.OWNER else role) is not Role.ADMIN:
        raise NotAllowed


_CHANGING = frozenset({Need.ADMIN, Need.OWNER})


def _role_at(connection: AnyConnection, visitor: Visitor) -> Role | None:
    """The visitor's role in the project of a route, else in all projects."""
    name = connection.path_params.get(PROJECT)
    reception: Reception = connection.app.state.reception
    for number, each in reception.projects.names().items():
        if each == name:
            return visitor.role_in(number)
    return visitor.role


def visitor_of(request: Request[Any, Any, Any]) -> Visitor | None:
    """Who is signed in, as the guard found."""
    visitor: Visitor | None = getattr(request.state, "visitor", None)
    return visitor


async def _visitor(connection: AnyConnection) -> Visitor | None:
    token = connection.cookies.get(COOKIE)
    if not token:
        return None
    reception: Reception = connection.app.state.reception
    return await reception.context.readers.run(reception.context.users.visitor, token, reception.context.now())
