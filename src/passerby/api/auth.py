"""Bearer-token authentication, and how routes get their access to the project of the token."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from litestar.connection import ASGIConnection
from litestar.di import NamedDependency, Provide
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from passerby.api.permissions import required_scope
from passerby.services.access import ServerAccess
from passerby.services.caller import Caller, bearer
from passerby.services.context import ServerContext, Tokens
from passerby.services.errors import ErrorCode, ServiceError
from passerby.web.errors import AnyRequest
from passerby.web.parameters import Wait

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def bearer_of(tokens: Callable[[], Tokens]) -> Guard:
    """Return a guard that requires a valid bearer token with the route's scope.

    It stores project and caller in the request's state, for `project_of` and `caller_of`.
    """

    def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        project = tokens().token_project(token)
        if project is None:
            message = "this needs an API token of a project: Authorization: Bearer <api_token>"
            headers = {"WWW-Authenticate": 'Bearer realm="passerby"'}
            raise ServiceError(ErrorCode.UNAUTHORIZED, message, headers=headers)
        need = required_scope(handler)
        # Services check the permission again; this check comes before the body is read.
        if need not in tokens().token_scopes(token):
            raise ServiceError(ErrorCode.FORBIDDEN, f"this needs a token with the scope {need}", {"scope": need})
        address = connection.client.host if connection.client else ""
        connection.state.project = project
        connection.state.caller = bearer(tokens().token_label(token), project, tokens().token_scopes(token), address)

    return guard


def project_of(request: AnyRequest) -> int:
    """Return the id of the project that the request's token belongs to."""
    project: int = request.state.project
    return project


def caller_of(request: AnyRequest) -> Caller:
    """Return the caller that the request's token authenticates."""
    caller: Caller = request.state.caller
    return caller


def may_still_read(request: AnyRequest, tokens: Tokens) -> Callable[[], bool]:
    """Return a check whether the request's token is still valid: a stream ends when its token is revoked."""
    token = token_of(request)
    project = project_of(request)
    return lambda: tokens.token_project(token) == project


def token_of(connection: AnyConnection) -> str:
    """Return the bearer token of a request, or an empty string."""
    # The name of the scheme may be written in any case (RFC 9110, section 11.1).
    scheme, __, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


async def access_to_read(
    context: NamedDependency[ServerContext],
    project: NamedDependency[int],
    caller: NamedDependency[Caller],
    wait: Wait = 0.0,
) -> ServerAccess:
    """Return the access to the project after waiting for `wait=`. Dependency of every GET."""
    await context.visibility.wait(wait)
    return ServerAccess(context, project, caller)


def access_at_once(
    context: NamedDependency[ServerContext], project: NamedDependency[int], caller: NamedDependency[Caller]
) -> ServerAccess:
    """Return the access to the project at once. Dependency of routes that change something."""
    return ServerAccess(context, project, caller)


AT_ONCE: Final = {"access": Provide(access_at_once, sync_to_thread=False)}
"""Dependencies of routes that change something."""
