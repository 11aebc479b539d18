"""Settings of a project."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from passerby.clock import Milliseconds
from passerby.console.routing import SEE_OTHER, PageContext, form_route, page_route
from passerby.services import projects
from passerby.services.errors import invalid
from passerby.services.projects import ProjectChanges

HIGHEST_FACTOR = 1_000_000.0


class ProjectView(msgspec.Struct, kw_only=True):
    """The project with its settings."""

    name: str
    created_at: Milliseconds
    timezone: str
    phone_country: str
    redirect_hosts: tuple[str, ...]
    rate_factor: float | None
    answers_with_profile: bool


class ProjectForm(msgspec.Struct, kw_only=True):
    """The form: one host per line; an empty factor means that of the server's settings."""

    name: Annotated[str, Meta(max_length=63)]
    timezone: Annotated[str, Meta(max_length=100)]
    phone_country: Annotated[str, Meta(max_length=2)] = ""
    redirect_hosts: Annotated[str, Meta(max_length=30_000)] = ""
    rate_factor: Annotated[str, Meta(max_length=20)] = ""
    answers_with_profile: Literal["", "on"] = ""


async def load(page: NamedDependency[PageContext]) -> ProjectView:
    project = await page.run(projects.get_project, page.access)
    settings = project.settings
    return ProjectView(
        name=project.name,
        created_at=project.created_at,
        timezone=settings.timezone,
        phone_country=settings.phone_country,
        redirect_hosts=settings.redirect_hosts,
        rate_factor=settings.rate_factor,
        answers_with_profile=settings.answers_with_profile,
    )


async def change(page: NamedDependency[PageContext], data: URLEncodedBody[ProjectForm]) -> Response[Any]:
    wanted = request_of(data)
    changed = await page.run(projects.change_project, page.access, wanted)
    page.console.projects.refresh_if_changed()  # its name is a part of the URL that follows
    return Redirect(f"/p/{changed.name}/settings?said=saved", status_code=SEE_OTHER)


def request_of(form: ProjectForm) -> ProjectChanges:
    """Read the changes from the form. Raises ServiceError for an invalid rate-limit multiplier."""
    text, factor = form.rate_factor.strip(), None
    if text:
        try:
            factor = float(text)
        except ValueError:
            factor = -1.0
        if not 0 <= factor <= HIGHEST_FACTOR:  # which NaN is not either
            raise invalid("rate_factor", "enter a number from 0 to 1,000,000")
    return ProjectChanges(
        name=form.name.strip(),
        timezone=form.timezone.strip(),
        phone_country=form.phone_country.strip(),
        redirect_hosts=[line.strip() for line in form.redirect_hosts.splitlines() if line.strip()],
        rate_factor=factor,
        answers_with_profile=bool(form.answers_with_profile),
    )


routes = [page_route("/settings", load, "project.html"), form_route("/settings", change)]
