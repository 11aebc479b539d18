"""Possible duplicates: profiles that share a contact value and are not merged by any rule."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.authorization import actor_of
from passerby.api.describe import changing, reading
from passerby.api.hand import hand_of
from passerby.identity.decisions import Actor
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.answers import DuplicatePage
from passerby.services.bodies import PairRequest
from passerby.services.errors import ApiError, ErrorCode, not_found
from passerby.state.protocol import SameProfile, UnknownDismissal, UnknownProfile
from passerby.state.views import Duplicate, DuplicatePlace
from passerby.web.parameters import Dismissed, Page, page, uuid_of

_TAGS = ["Identity"]
_DEPENDENCIES = {
    "access": Provide(access_at_once, sync_to_thread=False),
    "actor": Provide(actor_of, sync_to_thread=False),
}
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
    access: NamedDependency[Access],
    page: NamedDependency[Page],
    dismissed: Dismissed = False,  # noqa: FBT002 - a field of the query
) -> DuplicatePage:
    return await access.run(_dismissed if dismissed else _open, access, page)


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
async def dismiss_duplicate(
    access: NamedDependency[Access], actor: NamedDependency[Actor], data: JSONBody[PairRequest]
) -> Duplicate:
    return await access.run(_decide, access, actor, data, dismiss=True)


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
async def restore_duplicate(
    access: NamedDependency[Access], actor: NamedDependency[Actor], data: JSONBody[PairRequest]
) -> Duplicate:
    return await access.run(_decide, access, actor, data, dismiss=False)


def _decide(access: Access, actor: Actor, request: PairRequest, *, dismiss: bool) -> Duplicate:
    one, other = (uuid_of(profile, "profile") for profile in request.profiles)
    with access.desk.writer() as state:
        try:
            if dismiss:
                state.dismiss_duplicate(access.project, one, other, hand_of(access, actor, request.reason))
            else:
                state.restore_duplicate(access.project, one, other)
        except UnknownProfile:
            raise not_found("profile") from None
        except UnknownDismissal:
            raise not_found("dismissal of these two") from None
        except SameProfile:
            raise ApiError(ErrorCode.SAME_PROFILE, "these are one profile already") from None
    return pair_of(access, one, other)


def pair_of(access: Access, one: str, other: str) -> Duplicate:
    """Two profiles with what they share. Raises ApiError where one is unknown, or both are the same."""
    found = access.desk.state.duplicate(access.project, one, other)
    if found is None:
        raise not_found("pair of profiles")
    return found


def _open(access: Access, page: Page) -> DuplicatePage:
    place = cursors.decode(page.cursor, cursors.AfterDuplicate)
    after = DuplicatePlace(place.kind, place.value, place.one, place.other) if place else None
    found = access.desk.state.duplicates(access.project, limit=page.limit, after=after)
    cursor = cursors.encode(cursors.AfterDuplicate(*found.after)) if found.after else None
    return DuplicatePage(duplicates=found.duplicates, cursor=cursor)


def _dismissed(access: Access, page: Page) -> DuplicatePage:
    place = cursors.decode(page.cursor, cursors.AfterDismissal)
    after = DuplicatePlace("", "", place.one, place.other) if place else None
    found = access.desk.state.dismissed_duplicates(access.project, limit=page.limit, after=after)
    cursor = cursors.encode(cursors.AfterDismissal(found.after.one, found.after.other)) if found.after else None
    return DuplicatePage(duplicates=found.duplicates, cursor=cursor)
