"""Projects: their settings, and adding one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import msgspec
from msgspec import UNSET

from passerby.accounts import choices
from passerby.accounts.bootstrap import ProjectKeys, found_project
from passerby.accounts.errors import ProjectError
from passerby.accounts.records import Project, ProjectSettings
from passerby.clock import iso
from passerby.services.access import Access
from passerby.services.caller import Permission
from passerby.services.errors import invalid
from passerby.services.management_answers import ChangeProjectRequest, ProjectInfo
from passerby.services.use_cases import changing, reading


@reading(Permission.ADMINISTER)
def list_projects(access: Access) -> list[Project]:
    """Return all projects, oldest first."""
    with access.context.control() as control:
        return control.projects()


@reading()
def get_project(access: Access) -> ProjectInfo:
    """Return the project with its settings."""
    with access.context.control() as control:
        return _info(control.project_numbered(access.project))


@changing(Permission.ADMINISTER)
def add_project(access: Access, name: str) -> ProjectKeys:
    """Add a project with a key of every kind; return the keys in clear. Raises InvalidParameters."""
    with access.context.control() as control, control.transaction(), _refusals("name"):
        keys = found_project(control, name)
        replace(access, project=control.project(name).id).record("project.added", name)
    return keys


@changing(Permission.MANAGE)
def change_project(access: Access, request: ChangeProjectRequest) -> ProjectInfo:
    """Change settings of the project, all of them or none; fields that are not given stay. Raises InvalidParameters."""
    with access.context.control() as control, control.transaction():
        project = control.project_numbered(access.project)
        if request.name is not UNSET and request.name != project.name:
            with _refusals("name"):
                control.rename_project(project.id, request.name)
        control.change_settings(project, _changed(project.settings, request))
        changed = _info(control.project_numbered(access.project))
        access.record("project.changed", details=msgspec.to_builtins(request))
    return changed


def project_id(access: Access, name: str) -> int:
    """Return the id of the project with this name. Raises InvalidParameters."""
    with access.context.control() as control, _refusals("project"):
        return control.project(name).id


def _changed(settings: ProjectSettings, request: ChangeProjectRequest) -> ProjectSettings:
    changes: dict[str, Any] = {}
    if request.timezone is not UNSET:
        with _refusals("timezone"):
            changes["timezone"] = choices.timezone(request.timezone)
    if request.phone_country is not UNSET:
        with _refusals("phone_country"):
            changes["phone_country"] = choices.country(request.phone_country)
    if request.redirect_hosts is not UNSET:
        with _refusals("redirect_hosts"):
            changes["redirect_hosts"] = choices.hosts(request.redirect_hosts)
    if request.rate_factor is not UNSET:
        changes["rate_factor"] = request.rate_factor
    if request.answers_with_profile is not UNSET:
        changes["answers_with_profile"] = request.answers_with_profile
    return msgspec.structs.replace(settings, **changes)


@contextmanager
def _refusals(parameter: str) -> Iterator[None]:
    try:
        yield
    except ProjectError as fault:
        raise invalid(parameter, str(fault)) from None


def _info(project: Project) -> ProjectInfo:
    settings = project.settings
    return ProjectInfo(
        name=project.name,
        created_at=iso(project.created_at),
        timezone=settings.timezone,
        phone_country=settings.phone_country,
        redirect_hosts=list(settings.redirect_hosts),
        rate_factor=settings.rate_factor,
        answers_with_profile=settings.answers_with_profile,
    )
