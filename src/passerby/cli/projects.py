"""The commands `passerby projects ...`: list, add, set."""

from __future__ import annotations

import re
import time
from typing import Annotated
from zoneinfo import available_timezones

import msgspec
from cyclopts import App, Parameter

from passerby.cli.app import Data, Json, open_store
from passerby.cli.errors import CommandError
from passerby.cli.output import say, say_json, say_table
from passerby.cli.policy import WHO
from passerby.projects.founding import found_project
from passerby.projects.store import Project
from passerby.times import iso

_HOST = re.compile(r"(?=.{1,253}$)[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*")

commands = App(name="projects", help="List projects, add one, change its settings.")


class BadProjectSetting(CommandError):
    """A project's setting cannot have this value."""


@commands.command(name="list")
def list_projects(*, data: Data = None, json: Json = False) -> None:
    """List all projects with their settings."""
    with open_store(data) as store:
        projects = store.projects()
    if json:
        say_json([_shown(project) for project in projects])
        return
    headings = ("name", "made", "timezone", "phone country")
    say_table(headings, [(p.name, iso(p.created_at), p.settings.timezone, p.settings.phone_country) for p in projects])


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
    with open_store(data) as store:
        keys = found_project(store, name)
    if not json:
        say(f"Project {name} is ready. Keep these credentials: the secrets among them are not shown again.\n")
    say_json(keys)


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
    data: Data = None,
) -> None:
    """Change settings of a project; those not given stay."""
    given = {
        "timezone": _checked_timezone(timezone),
        "phone_country": _checked_country(phone_country),
        "blocked_values": block,
        "redirect_hosts": _checked_hosts(redirect_host),
    }
    with open_store(data) as store:
        project = store.project(name)
        changes = {field: value for field, value in given.items() if value is not None}
        blocked = changes.pop("blocked_values", None)
        settings = msgspec.structs.replace(project.settings, **changes)
        store.change_settings(project, settings)
        if blocked is not None:
            policy = msgspec.structs.replace(settings.policy, blocked_values=list(blocked))
            store.set_policy(project.id, policy, WHO, time.time_ns() // 1_000_000)
    say(f"Project {name} is changed. Running processes follow within about a second.")


def _checked_timezone(zone: str | None) -> str | None:
    if zone is not None and zone not in available_timezones():
        raise BadProjectSetting(f"there is no timezone {zone!r}: take a name like Europe/Lisbon, or UTC")
    return zone


def _checked_country(country: str | None) -> str | None:
    from phonenumbers import SUPPORTED_REGIONS  # noqa: PLC0415 - slow to load, and needed only here

    if country and country.upper() not in SUPPORTED_REGIONS:
        raise BadProjectSetting(f"there is no country {country!r}: take two letters, such as PT")
    return country and country.upper()


def _checked_hosts(hosts: tuple[str, ...] | None) -> tuple[str, ...] | None:
    for host in hosts or ():
        if not _HOST.fullmatch(host):
            raise BadProjectSetting(f"{host!r} is no host: take a name alone, such as www.example.com")
    return hosts and tuple(host.lower() for host in hosts)


def _shown(project: Project) -> dict[str, object]:
    return {"name": project.name, "created_at": iso(project.created_at), "settings": project.settings}
