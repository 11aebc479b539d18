"""The console and the management API as one ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from litestar import Litestar, Router, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler, ExceptionHandler

from passerby.console.auth.login import show_sign_in, sign_in, sign_out
from passerby.console.auth.permissions import PERMISSION, Permission, guard, with_permissions
from passerby.console.auth.sessions import visitor_of
from passerby.console.context import ConsoleContext
from passerby.console.error_pages import HANDLERS, answer_unrouted
from passerby.console.middleware import FORM_BYTES, ConsoleMiddleware
from passerby.console.pages import (
    alerts,
    audit,
    catalogue,
    catalogue_annotations,
    catalogue_edits,
    deletion,
    docs,
    duplicates,
    event,
    health,
    identity,
    live,
    manual_merge,
    overview,
    policy,
    profile,
    profiles,
    project,
    sources,
    tokens,
    undo,
    users,
)
from passerby.console.routing import SEE_OTHER
from passerby.console.static import get_static
from passerby.services.context import ServerContext
from passerby.services.errors import not_found
from passerby.web.errors import AnyRequest


@get("/", opt={PERMISSION: Permission.VIEWER}, include_in_schema=False)
async def go_home(request: AnyRequest, console: NamedDependency[ConsoleContext]) -> Redirect:
    visitor = visitor_of(request)
    # The oldest project in which the user has a role.
    for number, name in console.projects.names().items():
        if visitor is not None and visitor.role_in(number):
            return Redirect(f"/p/{name}/", status_code=SEE_OTHER)
    raise not_found("project that you may use")


def routes() -> list[HTTPRouteHandler]:
    """Everything that the console answers."""
    return [
        go_home,
        show_sign_in,
        sign_in,
        sign_out,
        get_static,
        *overview.routes,
        *live.routes,
        *event.routes,
        *profiles.routes,
        *profile.routes,
        *identity.routes,
        *undo.routes,
        *manual_merge.routes,
        *duplicates.routes,
        *catalogue.routes,
        *catalogue_edits.routes,
        *catalogue_annotations.routes,
        *health.routes,
        *alerts.routes,
        *sources.routes,
        *project.routes,
        *deletion.routes,
        *policy.routes,
        *tokens.routes,
        *users.routes,
        *audit.routes,
        *docs.routes,
    ]


class Application(Protocol):
    """Makes the application that serves the management API and, next to it, other routes; see `api.app.application`."""

    def __call__(
        self,
        context: Callable[[], ServerContext],
        other_routes: Sequence[ControllerRouterHandler],
        answer_framework: ExceptionHandler[Any],
    ) -> Litestar: ...


def create_app(console: ConsoleContext, application: Application) -> ConsoleMiddleware:
    """Return the console's pages next to the management API, on one port. Raises PermissionMissing.

    The console's parts are opened and closed by the caller.
    """
    router = Router(
        path="/",
        route_handlers=with_permissions(routes()),
        guards=[guard],
        dependencies={"console": Provide(lambda: console, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        request_max_body_size=FORM_BYTES,
    )
    app = application(lambda: console.context, [router], answer_unrouted)
    app.state.console = console  # for the guard, which has no dependencies
    return ConsoleMiddleware(app)
