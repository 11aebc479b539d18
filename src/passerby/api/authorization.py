"""Whose request it is: a bearer token opens exactly one project, and all that a route reads is that project's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from litestar.connection import ASGIConnection
from litestar.handlers import BaseRouteHandler
from litestar.types import Guard

from passerby.api.needs import need_of
from passerby.identity.decisions import Actor
from passerby.projects.scopes import Scope
from passerby.services.desk import Tokens
from passerby.services.errors import ApiError, ErrorCode
from passerby.web.errors import AnyRequest

AnyConnection = ASGIConnection[Any, Any, Any, Any]


def bearer_of(tokens: Callable[[], Tokens]) -> Guard:
    """The guard that lets only the bearer of one of these tokens in, and notes whose it is for `project_of`."""

    def guard(connection: AnyConnection, handler: BaseRouteHandler) -> None:
        token = token_of(connection)
        project = tokens().token_project(token)
        if project is None:
            raise _unauthorized()
        need = need_of(handler).scope
        if need not in tokens().token_scopes(token):
            raise ApiError(ErrorCode.FORBIDDEN, f"this needs a token with the scope {need}", {"scope": need})
        connection.state.project = project
        connection.state.scopes = tokens().token_scopes(token)
        connection.state.actor = Actor("api_token", tokens().token_label(token))

    return guard


def project_of(request: AnyRequest) -> int:
    """The project of the token that came with this request."""
    project: int = request.state.project
    return project


def scopes_of(request: AnyRequest) -> frozenset[Scope]:
    """What the token that came with this request may do."""
    scopes: frozenset[Scope] = request.state.scopes
    return scopes


def who_of(request: AnyRequest) -> str:
    """Whose token came with this request, by its label."""
    return actor_of(request).label


def actor_of(request: AnyRequest) -> Actor:
    """The API token that came with this request, as the actor of decisions."""
    actor: Actor = request.state.actor
    return actor


def may_still_read(request: AnyRequest, tokens: Tokens) -> Callable[[], bool]:
    """Whether the token that came with this request, which was let in, still opens the same project."""
    token = token_of(request)
    project = project_of(request)
    return lambda: tokens.token_project(token) == project


def token_of(connection: AnyConnection) -> str:
    """The bearer token of a request; empty for none."""
    scheme, __, token = connection.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _unauthorized() -> ApiError:
    message = "this needs an API token of a project: Authorization: Bearer <api_token>"
    return ApiError(ErrorCode.UNAUTHORIZED, message, headers={"WWW-Authenticate": 'Bearer realm="passerby"'})
