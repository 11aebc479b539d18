"""Routes of the project and its settings."""

from __future__ import annotations

from litestar import get, patch
from litestar.di import NamedDependency
from litestar.params import JSONBody

from passerby.api.auth import AT_ONCE
from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import changing, reading
from passerby.schemas.projects import ChangeProjectRequest, ProjectInfo, project_info
from passerby.services import projects
from passerby.services.access import ServerAccess
from passerby.services.errors import ErrorCode

_TAGS = ["Project"]


@get(
    "/project",
    operation_id="getProject",
    summary="The project and its settings",
    description="The project that the token opens.",
    tags=_TAGS,
    responses=reading(ProjectInfo, examples.PROJECT),
)
async def get_project(access: NamedDependency[ServerAccess]) -> ProjectInfo:
    return project_info(await access.run(projects.get_project, access))


@patch(
    "/project",
    operation_id="changeProject",
    summary="Change the project's settings",
    description="What is not given stays. It holds for calls and messages from about a second later on.",
    tags=_TAGS,
    dependencies=AT_ONCE,
    responses=changing(ProjectInfo, examples.PROJECT, ErrorCode.INVALID_PARAMETER),
)
async def change_project(access: NamedDependency[ServerAccess], data: JSONBody[ChangeProjectRequest]) -> ProjectInfo:
    return project_info(await access.run(projects.change_project, access, data.changes()))
