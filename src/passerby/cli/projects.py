"""The commands `passerby projects ...`: list, add, set."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from cyclopts import App, Parameter

from passerby.cli.app import Data, Json, access_to
from passerby.cli.output import say, say_json, say_table
from passerby.clock import iso
from passerby.services import policy, projects

commands = App(name="projects", help="List and add projects; change their settings.")


@commands.command(name="list")
def list_projects(*, data: Data = None, json: Json = False) -> None:
    """List all projects with their settings."""
    with access_to(data) as access:
        found = projects.list_projects(access)
    if json:
        say_json([{"name": p.name, "created_at": iso(p.created_at), "settings": p.settings} for p in found])
        return
    headings = ("name", "created", "timezone", "phone country")
    say_table(headings, [(p.name, iso(p.created_at), p.settings.timezone, p.settings.phone_country) for p in found])


@commands.command
def add(
    name: Annotated[str, Parameter(help="Project name: 1 to 63 lower-case letters, digits, `-` or `_`.")],
    *,
    data: Data = None,
    json: Json = False,
) -> None:
    """Add a project with one key of each kind and print the keys.

    Every key, token, profile and event belongs to one project; projects share no data.
    """
    with access_to(data) as access:
        keys = projects.add_project(access, name)
    if not json:
        say(f"Added project {name}. Save these credentials: the secrets are not shown again.\n")
    say_json(keys.document())


@commands.command(name="set")
def change(  # noqa: PLR0913 - one parameter for each flag
    name: str,
    *,
    timezone: Annotated[str | None, Parameter(help="Time zone of event times that have none.")] = None,
    phone_country: Annotated[
        str | None, Parameter(help="Country of phone numbers without a country code (two letters); empty: none.")
    ] = None,
    block: Annotated[tuple[str, ...] | None, Parameter(help="Blocked identifier value. May be repeated.")] = None,
    redirect_host: Annotated[
        tuple[str, ...] | None,
        Parameter(help="Host to which Antsomi's collector may redirect a browser. May be repeated."),
    ] = None,
    answers_with_profile: Annotated[
        bool | None,
        Parameter(
            help="Include the full profile in responses to CustomerLabs calls. The app id is public: any client that "
            "knows it and an email address can then read the traits of that user."
        ),
    ] = None,
    data: Data = None,
) -> None:
    """Change settings of a project. Settings that are not given keep their values."""
    given: dict[str, Any] = {
        "timezone": timezone,
        "phone_country": phone_country,
        "redirect_hosts": None if redirect_host is None else list(redirect_host),
        "answers_with_profile": answers_with_profile,
    }
    changes = {field: value for field, value in given.items() if value is not None}
    with access_to(data, name) as access:
        if changes or block is None:
            projects.change_project(access, projects.ProjectChanges(**changes))
        if block is not None:
            blocking = msgspec.structs.replace(policy.get_policy(access), blocked_values=list(block))
            policy.change_policy(access, blocking)
    say(f"Changed project {name}. A running server applies the change within about a second.")
