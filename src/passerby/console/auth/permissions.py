"""Route-level authorisation: every route declares a permission, and a missing one fails at startup.

The guard runs before the dependencies and the handler of every route. It also rejects cross-origin requests that change
something, as sessions are carried by a cookie.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from litestar.handlers import BaseRouteHandler, HTTPRouteHandler

from passerby.accounts.users import Role
from passerby.console.auth.csrf import is_same_origin
from passerby.console.auth.sessions import AnyConnection, load_session
from passerby.console.context import ConsoleContext
from passerby.services.errors import not_found

PERMISSION = "console_permission"
"""The key of a route's `opt` that holds its permission."""
PROJECT = "project_name"
"""The path parameter that names a project."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class Permission(Enum):
    """The permission that a route requires.

    PUBLIC: none. VIEWER: a session, with any role in the project for a route of a project. ADMIN: the role admin in the
    project. SERVER_ADMIN: the role admin in all projects.
    """

    PUBLIC = "public"
    VIEWER = "viewer"
    ADMIN = "admin"
    SERVER_ADMIN = "server_admin"


class PermissionMissing(Exception):
    """A route declares no permission."""

    def __init__(self, handler: BaseRouteHandler) -> None:
        super().__init__(f"{handler} declares no permission: give its `opt` a `{PERMISSION}`")


class LoginRequired(Exception):
    """The route requires a session, and the request has none."""


class PermissionDenied(Exception):
    """The role of the user does not allow the request."""


class CrossOriginRequest(Exception):
    """A request that changes something was not sent by a page of the console."""


def permission_of(handler: BaseRouteHandler) -> Permission:
    """Return the permission that a route declares. Raises PermissionMissing."""
    permission = handler.opt.get(PERMISSION)
    if not isinstance(permission, Permission):
        raise PermissionMissing(handler)
    return permission


def with_permissions(handlers: Iterable[HTTPRouteHandler]) -> list[HTTPRouteHandler]:
    """Return these handlers after checking that each declares a permission. Raises PermissionMissing."""
    found = list(handlers)
    for handler in found:
        permission_of(handler)
    return found


async def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
    """Authorise a request, and store its user for `visitor_of`.

    Raises CrossOriginRequest, LoginRequired, PermissionDenied, and ServiceError (not found) for a project in which the
    user has no role.
    """
    if connection.scope.get("method") not in SAFE_METHODS and not is_same_origin(connection.headers):
        raise CrossOriginRequest
    # For public routes, too: the sign-in page leads on a user who has a session.
    visitor = await load_session(connection)
    permission = permission_of(handler)
    if permission is Permission.PUBLIC:
        return
    if visitor is None:
        raise LoginRequired
    name = connection.path_params.get(PROJECT)
    console: ConsoleContext = connection.app.state.console
    project = next((number for number, each in console.projects.names().items() if each == name), None)
    role = visitor.role if project is None else visitor.role_in(project)
    if role is None and permission is not Permission.SERVER_ADMIN and PROJECT in connection.path_params:
        # Not 403: that would tell users without a role that a project of this name exists.
        raise not_found("project")
    # VIEWER needs no more than a session here: a missing role in the project was answered above.
    required = {Permission.ADMIN: role, Permission.SERVER_ADMIN: visitor.role}
    if required.get(permission, Role.ADMIN) is not Role.ADMIN:
        raise PermissionDenied
