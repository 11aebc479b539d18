"""Whose request it is: a bearer token opens exactly one project, and all that a route reads is that project's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from passerby.api.needs import need_of
from passerby.services.caller import Caller, bearer
from passerby.services.context import Tokens
from passerby.services.errors import ErrorCode, ServiceError
from passerby.web.errors import AnyRequest

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def bearer_of(tokens: Callable[[], Tokens]) -> Guard:
    """The guard that lets only the bearer of one of these tokens in, and notes whose it is for `project_of`."""

    def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        project = tokens().token_project(token)
        if project is None:
            raise _unauthorized()
        need = need_of(handler)
        if need not in tokens().token_scopes(token):
            raise ServiceError(ErrorCode.FORBIDDEN, f"this needs a token with the scope {need}", {"scope": need})
        address = connection.client.host if connection.client else ""
        connection.state.project = project
        connection.state.caller = bearer(tokens().token_label(token), project, tokens().token_scopes(token), address)

    return guard


def project_of(request: AnyRequest) -> int:
    """The project of the token that came with this request."""
    project: int = request.state.project
    return project


def caller_of(request: AnyRequest) -> Caller:
    """Return the bearer of the token that came with this request."""
    caller: Caller = request.state.caller
    return caller


def may_still_read(request: AnyRequest, tokens: Tokens) -> Callable[[], bool]:
    """Whether the token that came with this request, which was let in, still opens the same project."""
    token = token_of(request)
    project = project_of(request)
    return lambda: tokens.token_project(token) == project


def token_of(connection: AnyConnection) -> str:
    """The bearer token of a request; empty for none."""
    scheme, __, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unauthorized() -> ServiceError:
    message = "this needs an API token of a project: Authorization: Bearer <api_token>"
    return ServiceError(ErrorCode.UNAUTHORIZED, message, headers={"WWW-Authenticate": 'Bearer realm="passerby"'})
