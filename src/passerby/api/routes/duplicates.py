"""Possible duplicates: profiles that share a contact value and are not merged by any rule."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api.auth import access_at_once
from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import changing, reading
from passerby.api.schemas.identity import PairRequest
from passerby.services import duplicates
from passerby.services.access import ServerAccess
from passerby.services.answers import DuplicatePage
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.state.views import Duplicate
from passerby.web.parameters import Dismissed, page

_TAGS = ["Identity"]
_DEPENDENCIES = {"access": Provide(access_at_once, sync_to_thread=False)}
_ERRORS = (ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND, ErrorCode.SAME_PROFILE)


@get(
    "/duplicates",
    operation_id="listDuplicates",
    summary="Possible duplicates",
    description="Pairs of profiles with the same e-mail address or phone number, in traits or identifiers. A customer "
    "id that is an e-mail address, or the MD5, SHA-1 or SHA-256 of one, counts as the address. A value that more than "
    "20 profiles share is left out. Nothing is merged: `POST /v1/merges` does that, with `force` where `rule` names "
    "what keeps the two apart. Each pair is listed once, with all values that it shares.",
    tags=_TAGS,
    dependencies={"page": Provide(page, sync_to_thread=False)},
    responses=reading(DuplicatePage, examples.DUPLICATES),
)
async def list_duplicates(
    access: NamedDependency[ServerAccess],
    page: NamedDependency[Page],
    dismissed: Dismissed = False,  # noqa: FBT002 - a field of the query
) -> DuplicatePage:
    return await access.run(duplicates.list_duplicates, access, page, dismissed=dismissed)


@post(
    "/duplicates/dismiss",
    operation_id="dismissDuplicate",
    summary="Dismiss a possible duplicate",
    description="Remembers that two profiles, or those that they belong to now, are different people: the pair is not "
    "listed again. A message that names both still merges them where the rules say so.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(Duplicate, examples.DISMISSED, *_ERRORS),
)
async def dismiss_duplicate(access: NamedDependency[ServerAccess], data: JSONBody[PairRequest]) -> Duplicate:
    one, other = data.profiles
    return await access.run(duplicates.dismiss_duplicate, access, one, other, data.reason)


@post(
    "/duplicates/restore",
    operation_id="restoreDuplicate",
    summary="Take a dismissal back",
    description="The pair is listed again while the two share a contact value. 404 where it was not dismissed.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(Duplicate, examples.RESTORED, *_ERRORS),
)
async def restore_duplicate(access: NamedDependency[ServerAccess], data: JSONBody[PairRequest]) -> Duplicate:
    one, other = data.profiles
    return await access.run(duplicates.restore_duplicate, access, one, other, data.reason)
