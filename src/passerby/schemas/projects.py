"""JSON of a project and its settings."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import UNSET, Meta, UnsetType

from passerby.accounts.records import Project
from passerby.clock import iso
from passerby.services.projects import ProjectChanges


class ProjectInfo(msgspec.Struct, kw_only=True):
    """The project of the token.

    `timezone` applies to times without a zone, `phone_country` to phone numbers without a country code (empty: none is
    assumed), `redirect_hosts` lists the hosts that a call may redirect a browser to. `rate_factor` multiplies the
    vendors' documented rate limits; 0 means no limit, null the server's setting. With `answers_with_profile`,
    CustomerLabs' calls are answered with the whole profile of the person they name: any client with the public app id
    can read it.
    """

    name: str
    created_at: str
    timezone: str
    phone_country: str
    redirect_hosts: list[str]
    rate_factor: float | None
    answers_with_profile: bool


class ChangeProjectRequest(msgspec.Struct, kw_only=True, forbid_unknown_fields=True):
    """Settings to change. Fields that are not given keep their values."""

    name: Annotated[str, Meta(max_length=63)] | UnsetType = UNSET
    timezone: Annotated[str, Meta(max_length=100)] | UnsetType = UNSET
    phone_country: Annotated[str, Meta(max_length=2)] | UnsetType = UNSET
    redirect_hosts: Annotated[list[str], Meta(max_length=100)] | UnsetType = UNSET
    rate_factor: Annotated[float, Meta(ge=0, le=1_000_000)] | UnsetType | None = UNSET
    answers_with_profile: bool | UnsetType = UNSET

    def changes(self) -> ProjectChanges:
        """Return the changes as the service takes them."""
        return ProjectChanges(**msgspec.structs.asdict(self))


def project_info(project: Project) -> ProjectInfo:
    """Return the JSON of a project."""
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
