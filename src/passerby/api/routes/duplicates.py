"""Possible duplicates: profiles that share a contact value and are not merged by any rule."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import changing, reading
from passerby.schemas.identity import PairRequest
from passerby.schemas.merges import DuplicateJson, DuplicatePageJson, duplicate_json, duplicate_page_json
from passerby.services import duplicates
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import PAGED, Dismissed

_TAGS = ["Identity"]
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
    dependencies=PAGED,
    responses=reading(DuplicatePageJson, examples.DUPLICATES),
)
async def list_duplicates(
    access: NamedDependency[ServerAccess],
    page: NamedDependency[Page],
    dismissed: Dismissed = False,  # noqa: FBT002 - a field of the query
) -> DuplicatePageJson:
    read = converting(duplicates.list_duplicates, duplicate_page_json)
    return await access.run(read, access, page, dismissed=dismissed)


@post(
    "/duplicates/dismiss",
    operation_id="dismissDuplicate",
    summary="Dismiss a possible duplicate",
    description="Remembers that two profiles, or those that they belong to now, are different people: the pair is not "
    "listed again. A message that names both still merges them where the rules say so.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(DuplicateJson, examples.DISMISSED, *_ERRORS),
)
async def dismiss_duplicate(access: NamedDependency[ServerAccess], data: JSONBody[PairRequest]) -> DuplicateJson:
    one, other = data.profiles
    dismiss = converting(duplicates.dismiss_duplicate, duplicate_json)
    return await access.run(dismiss, access, one, other, data.reason)


@post(
    "/duplicates/restore",
    operation_id="restoreDuplicate",
    summary="Take a dismissal back",
    description="The pair is listed again while the two share a contact value. 404 where it was not dismissed.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(DuplicateJson, examples.RESTORED, *_ERRORS),
)
async def restore_duplicate(access: NamedDependency[ServerAccess], data: JSONBody[PairRequest]) -> DuplicateJson:
    one, other = data.profiles
    restore = converting(duplicates.restore_duplicate, duplicate_json)
    return await access.run(restore, access, one, other, data.reason)
