"""Declares pages, forms, downloads and streams of a project as routes.

    async def load(page: NamedDependency[PageContext], q: Text = None) -> ProfilesView: ...

    routes = [page_route("/profiles", load, "profiles.html")]

`load` is a Litestar dependency: it takes parameters as a route handler does, raises ServiceError as services do, and
returns a Struct made of the services' own types. The template gets it as `view`, with the request as `page`; the JSON
representation, at the same path with `.json` appended, returns it as it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import tzinfo
from inspect import iscoroutinefunction
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlencode

import msgspec
from litestar import MediaType, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery
from litestar.response import Redirect

from passerby.accounts.users import Role, Visitor
from passerby.audit.protocol import SERVER
from passerby.console.auth.permissions import PERMISSION, LoginRequired, Permission
from passerby.console.auth.sessions import visitor_of
from passerby.console.context import ConsoleContext
from passerby.console.forms import PAGE, STATE, FormState, kept
from passerby.console.middleware import AS_JSON
from passerby.console.rendering import render
from passerby.schemas.views import view_json
from passerby.services.access import ServerAccess
from passerby.services.caller import Caller, signed_in
from passerby.services.context import ServerContext
from passerby.services.errors import ErrorCode, ServiceError, not_found
from passerby.web.errors import AnyRequest
from passerby.web.streaming import MEDIA_TYPE

NO_FORM: Final = FormState()

P = ParamSpec("P")
T = TypeVar("T")

IN_PROJECT = "/p/{project_name:str}"
SEE_OTHER: Final = 303


@dataclass(frozen=True, slots=True)
class PageContext:
    """A request of a signed-in user to a page of a project.

    `path` is that of the page, `said` the name of a notice about the form that led here (`parts/notice.html`),
    `address` the client's, and `form` a form of the page that was rejected.
    """

    console: ConsoleContext
    visitor: Visitor
    project: int
    project_name: str
    path: str
    said: str
    address: str = ""
    form: FormState = NO_FORM

    @property
    def context(self) -> ServerContext:
        """The stores and other parts that services work with."""
        return self.console.context

    @property
    def zone(self) -> tzinfo:
        """The time zone of the project, in which pages show times."""
        return self.console.projects.settings(self.project).zone

    @property
    def access(self) -> ServerAccess:
        """The user's access to this project, which services take."""
        return ServerAccess(self.context, self.project, self.caller)

    @property
    def on_server(self) -> ServerAccess:
        """The user's access to what belongs to no project, such as users."""
        return ServerAccess(self.context, SERVER, self.caller)

    @property
    def may_change(self) -> bool:
        """Whether to show controls that change something. Services reject a change without the role in any case."""
        return self.role is Role.ADMIN

    @property
    def role(self) -> Role | None:
        """The user's role in this project."""
        return self.visitor.role_in(self.project)

    @property
    def may_manage(self) -> bool:
        """Whether the user is an administrator of all projects, and so manages users."""
        return self.visitor.role is Role.ADMIN

    @property
    def caller(self) -> Caller:
        """The user as the caller of services, for authorisation and the audit log."""
        return signed_in(self.visitor, self.address)

    @property
    def project_names(self) -> list[str]:
        """The projects in which the user has a role, oldest first."""
        names = self.console.projects.names()
        return [name for number, name in names.items() if self.visitor.role_in(number)]

    def url(self, path: str = "/", **values: object) -> str:
        """Return the URL of a page of this project."""
        return f"/p/{self.project_name}{path}{query(**values)}"

    @property
    def own_path(self) -> str:
        """The path of the page within the project."""
        return self.path.removeprefix(f"/p/{self.project_name}")

    def is_at(self, path: str) -> bool:
        """Return whether this is the page at a path of the project."""
        return self.own_path.rstrip("/") == path.rstrip("/")

    def at(self, path: str) -> bool:
        """Return whether this page is at a path of the project or below it; for `/`, only at it."""
        return self.is_at(path) or (path != "/" and self.own_path.startswith(f"{path}/"))

    def rejected(self, data: msgspec.Struct, error: ServiceError) -> PageContext:
        """Return the context for showing the page again with its form and this error."""
        return replace(self, form=kept(self.path, data, error))

    async def record(self, action: str, subject: str = "", details: Any = None) -> None:
        """Record in the audit log what the user viewed. Changes are recorded by the services that make them."""
        await self.run(self.access.record, action, subject, details)

    async def run_events(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T | None:
        """Run a function that reads the event store in a reader thread; None where it is unavailable.

        A page then shows what it knows without events, rather than an error.
        """
        try:
            return await self.run(read, *args, **kwargs)
        except ServiceError as error:
            if error.code is not ErrorCode.EVENTS_UNAVAILABLE:
                raise
            return None

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking function in a reader thread."""
        return await self.context.readers.run(read, *args, **kwargs)


def query(**values: object) -> str:
    """Return the query string of these values, with its `?`; "" for none. None and empty values are left out."""
    given = {name: value for name, value in values.items() if value is not None and value != ""}
    return f"?{urlencode(given, doseq=True)}" if given else ""


def address_of(request: AnyRequest) -> str:
    """Return the client's address; "" where it is unknown."""
    return request.client.host if request.client else ""


def page_context_of(
    request: AnyRequest,
    console: NamedDependency[ConsoleContext],
    project_name: FromPath[str],
    said: FromQuery[str] = "",
) -> PageContext:
    """Return the context of a request to a page. Raises LoginRequired, and ServiceError for an unknown project."""
    visitor = visitor_of(request)
    if visitor is None:
        raise LoginRequired
    for number, name in console.projects.names().items():
        if name == project_name:
            form: FormState = request.scope.get(STATE, NO_FORM)  # type: ignore[assignment]  # a key of our own
            page = PageContext(console, visitor, number, name, request.url.path, said, address_of(request), form)
            request.state.page = page  # for error pages
            return page
    raise not_found("project")


def page_route(
    path: str,
    load: Callable[..., Any],
    template: str,
    *,
    permission: Permission = Permission.VIEWER,
    **parts: Callable[..., Any],
) -> HTTPRouteHandler:
    """Return the route of a page and its JSON representation. `parts` are dependencies of `load` by name."""

    async def show(
        request: AnyRequest, page: NamedDependency[PageContext], view: NamedDependency[Any]
    ) -> Response[Any]:
        if request.scope.get(AS_JSON):
            return Response(view_json(view))
        return render_page(template, page=page, view=view)

    options: dict[str, Any] = {"dependencies": _dependencies(view=load, **parts), "opt": {PERMISSION: permission}}
    return get(IN_PROJECT + path, include_in_schema=False, **options)(show)


def form_route(
    path: str, act: Callable[..., Any], *, permission: Permission = Permission.ADMIN, page: str = ""
) -> HTTPRouteHandler:
    """Return the route of a form. `act` takes `page` and `data: URLEncodedBody[...]`, and returns a redirect or a page.

    `page` is the path of the page with the form, shown again if the form is rejected; by default the same path.
    """
    opt = {PERMISSION: permission, PAGE: IN_PROJECT + (page or path)}
    options: dict[str, Any] = {"dependencies": _dependencies(), "opt": opt, "include_in_schema": False}
    return post(IN_PROJECT + path, status_code=200, **options)(act)


def download_route(path: str, make: Callable[..., Any], *, permission: Permission) -> HTTPRouteHandler:
    """Return a route that serves a file of a project.

    `make` takes `page` and parameters of the query, and returns the Response.
    """
    return get(IN_PROJECT + path, dependencies=_dependencies(), opt={PERMISSION: permission}, include_in_schema=False)(
        make
    )


def stream_route(path: str, follow: Callable[..., Any]) -> HTTPRouteHandler:
    """Return a route of server-sent events. `follow` takes `page` and returns an `EventStream`."""
    options: dict[str, Any] = {
        "dependencies": _dependencies(),
        "opt": {PERMISSION: Permission.VIEWER},
        "include_in_schema": False,
    }
    return get(IN_PROJECT + path, media_type=MEDIA_TYPE, **options)(follow)


def render_page(template: str, *, status: int = 200, **values: Any) -> Response[str]:
    """Return a page rendered from a template."""
    return Response(render(template, **values), media_type=MediaType.HTML, status_code=status)


def redirect_to(page: PageContext, path: str, said: str = "") -> Redirect:
    """Redirect after a form to a page that shows a notice: `said` is its name in `parts/notice.html`."""
    return Redirect(page.url(path, said=said), status_code=SEE_OTHER)


def _dependencies(**others: Callable[..., Any]) -> dict[str, Provide]:
    """Return the dependencies of a route: `page` and these. Those that are not coroutines must not block."""
    provided = {
        name: Provide(load, sync_to_thread=None if iscoroutinefunction(load) else False)
        for name, load in others.items()
    }
    return {"page": Provide(page_context_of, sync_to_thread=False), **provided}
