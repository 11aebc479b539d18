"""The console and the management API as one ASGI application."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Protocol

from litestar import Litestar, Router, get
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.response import Redirect
from litestar.types import ControllerRouterHandler, ExceptionHandler

from passerby.console.access import NEED, Need, guard, visitor_of, with_policy
from passerby.console.failures import HANDLERS, answer_unrouted
from passerby.console.pages import (
    alerts,
    audit,
    catalogue,
    catalogue_edits,
    deletion,
    docs,
    duplicates,
    event,
    hand,
    health,
    identity,
    live,
    marks,
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
from passerby.console.reception import Reception
from passerby.console.screens import SEE_OTHER
from passerby.console.shell import FORM_BYTES, Shell
from passerby.console.signing import show_sign_in, sign_in, sign_out
from passerby.console.static import get_static
from passerby.services.context import ServerContext
from passerby.services.errors import not_found
from passerby.web.errors import AnyRequest


@get("/", opt={NEED: Need.VIEWER}, include_in_schema=False)
async def go_home(request: AnyRequest, reception: NamedDependency[Reception]) -> Redirect:
    visitor = visitor_of(request)
    for number, name in reception.projects.names().items():
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
        *hand.routes,
        *duplicates.routes,
        *catalogue.routes,
        *catalogue_edits.routes,
        *marks.routes,
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
        beside: Sequence[ControllerRouterHandler],
        answer_framework: ExceptionHandler[Any],
    ) -> Litestar: ...


def create_app(reception: Reception, application: Application) -> Shell:
    """Return the console's pages next to the management API, on one port. Raises NoPolicy.

    The reception's parts are opened and closed by the caller.
    """
    router = Router(
        path="/",
        route_handlers=with_policy(routes()),
        guards=[guard],
        dependencies={"reception": Provide(lambda: reception, sync_to_thread=False)},
        exception_handlers=HANDLERS,
        request_max_body_size=FORM_BYTES,
    )
    app = application(lambda: reception.context, [router], answer_unrouted)
    app.state.reception = reception
    return Shell(app)
