"""Projects: their settings, and adding one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from passerby.accounts import choices
from passerby.accounts.bootstrap import ProjectKeys, found_project
from passerby.accounts.errors import ProjectError
from passerby.accounts.records import Project
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import invalid
from passerby.services.use_cases import changing, reading


class ProjectChanges(msgspec.Struct, frozen=True, kw_only=True):
    """Settings of a project to change; `UNSET` keeps a value. A `rate_factor` of None is the server's setting."""

    name: str | UnsetType = UNSET
    timezone: str | UnsetType = UNSET
    phone_country: str | UnsetType = UNSET
    redirect_hosts: list[str] | UnsetType = UNSET
    rate_factor: float | UnsetType | None = UNSET
    answers_with_profile: bool | UnsetType = UNSET


@reading(Permission.ADMINISTER)
def list_projects(access: Access) -> list[Project]:
    """Return all projects, oldest first."""
    with access.context.control() as control:
        return control.projects()


@reading()
def get_project(access: Access) -> Project:
    """Return the project with its settings."""
    with access.context.control() as control:
        return control.project_numbered(access.project)


@changing(Permission.ADMINISTER)
def add_project(access: Access, name: str) -> ProjectKeys:
    """Add a project with a key of every kind; return the keys in clear. Raises InvalidParameters."""
    with access.recording("project.added", name) as change, access.context.control() as control, _refusals("name"):
        keys = found_project(control, name)
        change.project = control.project(name).id
    return keys


@changing(Permission.MANAGE)
def change_project(access: Access, changes: ProjectChanges) -> Project:
    """Change settings of the project, all of them or none; fields that are not given stay. Raises InvalidParameters."""
    recorded = access.recording("project.changed", details=msgspec.to_builtins(changes))
    with recorded, access.context.control() as control, control.transaction():
        project = control.project_numbered(access.project)
        if changes.name is not UNSET and changes.name != project.name:
            with _refusals("name"):
                control.rename_project(project.id, changes.name)
        changed: dict[str, Any] = {}
        if changes.timezone is not UNSET:
            with _refusals("timezone"):
                changed["timezone"] = choices.timezone(changes.timezone)
        if changes.phone_country is not UNSET:
            with _refusals("phone_country"):
                changed["phone_country"] = choices.country(changes.phone_country)
        if changes.redirect_hosts is not UNSET:
            with _refusals("redirect_hosts"):
                changed["redirect_hosts"] = choices.hosts(changes.redirect_hosts)
        if changes.rate_factor is not UNSET:
            changed["rate_factor"] = changes.rate_factor
        if changes.answers_with_profile is not UNSET:
            changed["answers_with_profile"] = changes.answers_with_profile
        control.change_settings(project, msgspec.structs.replace(project.settings, **changed))
        return control.project_numbered(access.project)


def project_id(access: Access, name: str) -> int:
    """Return the id of the project with this name. Raises InvalidParameters."""
    with access.context.control() as control, _refusals("project"):
        return control.project(name).id


@contextmanager
def _refusals(parameter: str) -> Iterator[None]:
    """Context manager: raise InvalidParameters with the message of a ProjectError, naming this parameter."""
    try:
        yield
    except ProjectError as fault:
        raise invalid(parameter, str(fault)) from None
