"""The commands `passerby projects ...`: list, add, set."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from passerby.accounts.records import Project
from passerby.cli.app import Data, Json, access_to
from passerby.cli.output import say, say_json, say_table
from passerby.clock import iso
from passerby.services import policy, projects
from passerby.services.management_answers import ChangeProjectRequest

commands = App(name="projects", help="List projects, add one, change its settings.")


@commands.command(name="list")
def list_projects(*, data: Data = None, json: Json = False) -> None:
    """List all projects with their settings."""
    with access_to(data) as access:
        found = projects.list_projects(access)
    if json:
        say_json([_shown(project) for project in found])
        return
    headings = ("name", "made", "timezone", "phone country")
    say_table(headings, [(p.name, iso(p.created_at), p.settings.timezone, p.settings.phone_country) for p in found])


@commands.command
def add(
    name: Annotated[str, Parameter(help="1 to 63 lower-case letters, digits, `-` or `_`.")],
    *,
    data: Data = None,
    json: Json = False,
) -> None:
    """Add a project with a key of every kind, and print them.

    Every key, profile, event and token belongs to one project, and nothing crosses.
    """
    with access_to(data) as access:
        keys = projects.add_project(access, name)
    if not json:
        say(f"Project {name} is ready. Keep these credentials: the secrets among them are not shown again.\n")
    say_json(keys.document())


@commands.command(name="set")
def change(  # noqa: PLR0913 - one parameter for each flag
    name: str,
    *,
    timezone: Annotated[str | None, Parameter(help="For times without a zone from senders who mean their own.")] = None,
    phone_country: Annotated[
        str | None, Parameter(help="Two letters: where phone numbers without a country code are meant. Empty: nowhere.")
    ] = None,
    block: Annotated[
        tuple[str, ...] | None, Parameter(help="An identifier value that names nobody here. May be repeated.")
    ] = None,
    redirect_host: Annotated[
        tuple[str, ...] | None,
        Parameter(help="A host that Antsomi's collector may redirect a browser to. May be repeated."),
    ] = None,
    answers_with_profile: Annotated[
        bool | None,
        Parameter(
            help="Answer CustomerLabs' calls with the whole profile of the person they name. The app id is public: "
            "any client with it and an email address can then read that person's traits."
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Change settings of a project; those not given stay."""
    given: dict[str, Any] = {
        "timezone": timezone,
        "phone_country": phone_country,
        "redirect_hosts": None if redirect_host is None else list(redirect_host),
        "answers_with_profile": answers_with_profile,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    with access_to(data, name) as access:
        if changes or block is None:
            projects.change_project(access, ChangeProjectRequest(**changes))
        if block is not None:
            blocking = msgspec.structs.replace(policy.get_policy(access), blocked_values=list(block))
            policy.change_policy(access, blocking)
    say(f"Project {name} is changed. Running processes follow within about a second.")


def _shown(project: Project) -> dict[str, object]:
    return {"name": project.name, "created_at": iso(project.created_at), "settings": project.settings}
