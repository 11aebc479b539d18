"""A project's keys, settings, and what people say of its catalogue."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Any

import msgspec
from litestar import get, patch, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody, PathParameter, QueryParameter
from msgspec import UNSET

from passerby.api import examples_management as examples
from passerby.api.access import access_at_once
from passerby.api.authorization import scopes_of, who_of
from passerby.api.describe import changing, reading
from passerby.projects import choices
from passerby.projects.errors import NoSuchKey, ProjectError
from passerby.projects.keys import KINDS, kind_named
from passerby.projects.marks import Mark
from passerby.projects.scopes import EVERY, Scope
from passerby.projects.store import GRACE_MS, AddedKey, Key, Project, ProjectSettings
from passerby.refused.store import Use
from passerby.services.access import Access
from passerby.services.errors import ApiError, ErrorCode, invalid, not_found
from passerby.services.management_answers import (
    AddKeyRequest,
    ChangeProjectRequest,
    FreshKey,
    KeyInfo,
    KeyList,
    MarkInfo,
    MarkList,
    MarkRequest,
    ProjectInfo,
    RevokedKey,
    ScopeName,
)
from passerby.times import iso

TOKEN_KIND = "api_token"  # noqa: S105 - a kind, not a token

_TAGS = ["Project"]
_AT_ONCE = {"access": Provide(access_at_once, sync_to_thread=False)}
_BY = {**_AT_ONCE, "who": Provide(who_of, sync_to_thread=False)}

_WITHIN = {**_AT_ONCE, "own": Provide(scopes_of, sync_to_thread=False)}
Own = NamedDependency[frozenset[Scope]]

KeyId = Annotated[int, PathParameter(ge=1, le=2**63 - 1, description="The id of a key.")]
GraceSeconds = Annotated[
    int,
    QueryParameter(
        name="grace_seconds",
        ge=0,
        le=GRACE_MS // 1000,
        description="How many seconds the replaced key goes on working: 0 (not at all) to 604800 (7 days).",
    ),
]


@get(
    "/keys",
    operation_id="listKeys",
    summary="Keys and tokens",
    description="All keys of the project, those of its sources and the API tokens, the revoked ones too.",
    tags=_TAGS,
    responses=reading(KeyList, examples.KEYS),
)
async def list_keys(access: NamedDependency[Access]) -> KeyList:
    return await access.run(keys, access)


@post(
    "/keys",
    operation_id="addKey",
    summary="Add a key or token",
    description="A fresh one, or the value that clients use already. A secret is told this once. It works within about "
    "a second. A token cannot be given scopes that the caller's own token lacks (403).",
    tags=_TAGS,
    status_code=200,
    dependencies=_WITHIN,
    responses=changing(FreshKey, examples.FRESH_KEY, ErrorCode.INVALID_PARAMETER),
)
async def add_key(access: NamedDependency[Access], own: Own, data: JSONBody[AddKeyRequest]) -> FreshKey:
    return await access.run(added_key, access, data, own)


@post(
    "/keys/{key_id:int}/rotate",
    operation_id="rotateKey",
    summary="Rotate a key",
    description="Puts a fresh key of the same kind, label and scopes in its place. The replaced key is revoked at "
    "once, or `grace_seconds` later: until then both work. A token with scopes that the caller's own token lacks "
    "cannot be rotated (403).",
    tags=_TAGS,
    status_code=200,
    dependencies=_WITHIN,
    responses=changing(FreshKey, examples.FRESH_KEY, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def rotate_key(
    access: NamedDependency[Access], own: Own, key_id: KeyId, grace_seconds: GraceSeconds = 0
) -> FreshKey:
    return await access.run(rotated_key, access, key_id, own, grace_seconds * 1000)


@post(
    "/keys/{key_id:int}/revoke",
    operation_id="revokeKey",
    summary="Revoke a key",
    description="It stops working within about a second, for good.",
    tags=_TAGS,
    status_code=200,
    dependencies=_AT_ONCE,
    responses=changing(RevokedKey, examples.REVOKED_KEY, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND),
)
async def revoke_key(access: NamedDependency[Access], key_id: KeyId) -> RevokedKey:
    return await access.run(revoked_key, access, key_id)


@get(
    "/project",
    operation_id="getProject",
    summary="The project and its settings",
    description="The project that the token opens.",
    tags=_TAGS,
    responses=reading(ProjectInfo, examples.PROJECT),
)
async def get_project(access: NamedDependency[Access]) -> ProjectInfo:
    return await access.run(project_info, access)


@patch(
    "/project",
    operation_id="changeProject",
    summary="Change the project's settings",
    description="What is not given stays. It holds for calls and messages from about a second later on.",
    tags=_TAGS,
    dependencies=_AT_ONCE,
    responses=changing(ProjectInfo, examples.PROJECT, ErrorCode.INVALID_PARAMETER),
)
async def change_project(access: NamedDependency[Access], data: JSONBody[ChangeProjectRequest]) -> ProjectInfo:
    return await access.run(changed_project, access, data)


@get(
    "/catalogue/marks",
    operation_id="listMarks",
    summary="What people say of the catalogue",
    description="Which events, attributes and traits are planned or hidden, and what they mean.",
    tags=_TAGS,
    responses=reading(MarkList, examples.MARKS),
)
async def list_marks(access: NamedDependency[Access]) -> MarkList:
    return await access.run(marks, access)


@patch(
    "/catalogue/marks",
    operation_id="setMark",
    summary="Plan, describe or hide",
    description="Says something of an event, of one of its attributes, or (without `event`) of a trait of profiles. "
    "Nothing about what is accepted changes by it.",
    tags=_TAGS,
    dependencies=_BY,
    responses=changing(MarkInfo, examples.MARK, ErrorCode.INVALID_PARAMETER),
)
async def set_mark(access: NamedDependency[Access], who: NamedDependency[str], data: JSONBody[MarkRequest]) -> MarkInfo:
    return await access.run(marked, access, who, data)


def keys(access: Access) -> KeyList:
    """All keys of the project."""
    with access.desk.policies() as store:
        found = store.keys(store.project_numbered(access.project))
    now = access.desk.now()
    uses = access.desk.refused.uses(now)
    return KeyList(keys=[_key(key, uses.get(key.id), now) for key in found])


def added_key(access: Access, request: AddKeyRequest, own: frozenset[Scope] = EVERY) -> FreshKey:
    """A key that the project has from now on. Raises ApiError for a token with more scopes than `own`."""
    scopes = frozenset(map(Scope, request.scopes))
    if request.kind == TOKEN_KIND:
        _check_scopes(scopes, own)
    with access.desk.policies() as store, _refused("value" if request.kind in KINDS else "kind"):
        project = store.project_numbered(access.project)
        made = store.add_key(
            project, request.kind, access.desk.now(), value=request.value, label=request.label, scopes=scopes
        )
    return _fresh(made)


def rotated_key(access: Access, key: int, own: frozenset[Scope] = EVERY, grace_ms: int = 0) -> FreshKey:
    """The key that replaces another one, which goes on working for `grace_ms`.

    Raises ApiError for a token with more scopes than `own`.
    """
    with access.desk.policies() as store, store.transaction(), _refused("key_id"):
        project = store.project_numbered(access.project)
        for each in store.keys(project):
            if each.id == key and each.kind == TOKEN_KIND:
                _check_scopes(each.scopes, own)
        return _fresh(store.rotate_key(project, key, access.desk.now(), grace_ms))


def _check_scopes(wanted: frozenset[Scope], own: frozenset[Scope]) -> None:
    if lacking := sorted(wanted - own):
        message = f"your token lacks the scope {lacking[0]}, so it cannot make a token with it"
        raise ApiError(ErrorCode.FORBIDDEN, message, {"scope": lacking[0]})


def revoked_key(access: Access, key: int) -> RevokedKey:
    """A key that works no longer."""
    with access.desk.policies() as store, _refused("key_id"):
        store.revoke_key(store.project_numbered(access.project), key, access.desk.now())
    return RevokedKey(id=key, revoked=True)


def project_info(access: Access) -> ProjectInfo:
    """The project as it is."""
    with access.desk.policies() as store:
        return _info(store.project_numbered(access.project))


def changed_project(access: Access, request: ChangeProjectRequest) -> ProjectInfo:
    """The project after this change, which happens as a whole or not at all."""
    with access.desk.policies() as store, store.transaction():
        project = store.project_numbered(access.project)
        if request.name is not UNSET and request.name != project.name:
            with _refused("name"):
                store.rename_project(project.id, request.name)
        store.change_settings(project, _changed(project.settings, request))
        return _info(store.project_numbered(access.project))


def _changed(settings: ProjectSettings, request: ChangeProjectRequest) -> ProjectSettings:
    changes: dict[str, Any] = {}
    if request.timezone is not UNSET:
        with _refused("timezone"):
            changes["timezone"] = choices.timezone(request.timezone)
    if request.phone_country is not UNSET:
        with _refused("phone_country"):
            changes["phone_country"] = choices.country(request.phone_country)
    if request.redirect_hosts is not UNSET:
        with _refused("redirect_hosts"):
            changes["redirect_hosts"] = choices.hosts(request.redirect_hosts)
    if request.rate_factor is not UNSET:
        changes["rate_factor"] = request.rate_factor
    if request.answers_with_profile is not UNSET:
        changes["answers_with_profile"] = request.answers_with_profile
    return msgspec.structs.replace(settings, **changes)


def marks(access: Access) -> MarkList:
    """All that people say of the catalogue."""
    with access.desk.policies() as store:
        return MarkList(marks=[_mark(each) for each in store.marks(access.project)])


def marked(access: Access, who: str, request: MarkRequest) -> MarkInfo:
    """What is said of an event, attribute or trait after this."""
    if request.event is None and request.attribute is None:
        raise invalid("event", "name an event, an attribute of it, or a trait as an attribute alone")
    given = {name: getattr(request, name) for name in ("planned", "hidden", "description")}
    changed = {name: value for name, value in given.items() if value is not UNSET}
    now = access.desk.now()
    with access.desk.policies() as store, _refused("event"):
        mark = store.change_mark(
            access.project, request.event or "", request.attribute or "", changed_at=now, who=who, **changed
        )
    return _mark(mark)


@contextmanager
def _refused(parameter: str) -> Iterator[None]:
    """What the control file refuses, in the API's words."""
    try:
        yield
    except NoSuchKey:
        raise not_found("key that works") from None
    except ProjectError as fault:
        raise invalid(parameter, str(fault)) from None


def _key(key: Key, use: Use | None, now: int) -> KeyInfo:
    scopes: list[ScopeName] = [each.value for each in sorted(key.scopes)] if key.kind == "api_token" else []
    return KeyInfo(
        id=key.id,
        kind=key.kind,
        secret=kind_named(key.kind).secret,
        value=key.value,
        label=key.label,
        scopes=scopes,
        created_at=iso(key.created_at),
        revoked_at=None if key.revoked_at is None or key.works(now) else iso(key.revoked_at),
        expires_at=iso(key.revoked_at) if key.revoked_at is not None and key.works(now) else None,
        last_used_at=iso(use.last_at) if use else None,
        calls_last_hour=use.last_hour if use else 0,
    )


def _fresh(key: AddedKey) -> FreshKey:
    return FreshKey(id=key.id, kind=key.kind, value=key.value)


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


def _mark(mark: Mark) -> MarkInfo:
    return MarkInfo(
        event=mark.event or None,
        attribute=mark.attribute or None,
        planned=mark.planned,
        hidden=mark.hidden,
        description=mark.description,
        changed_at=iso(mark.changed_at) if mark.changed_at else None,
        who=mark.who,
    )
