"""Routes of merges and detachments: listing, undoing, and making them manually."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api.auth import access_at_once
from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import changing, reading
from passerby.api.schemas.identity import DetachRequest, MergeRequest, UndoRequest
from passerby.services import merges
from passerby.services.access import ServerAccess
from passerby.services.answers import Detached, ExplainedMergeDetail, HandMade, MergePage, UndoneMerge
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import DetachmentId, MergeId, ProfileId, Undone, page

_TAGS = ["Identity"]
_DEPENDENCIES = {"access": Provide(access_at_once, sync_to_thread=False)}
_MERGING = (ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_MERGE, ErrorCode.LIMIT_EXCEEDED)


@get(
    "/merges",
    operation_id="listMerges",
    summary="All merges",
    description="Who absorbed whom, by which message and which rule, the newest first.",
    tags=_TAGS,
    dependencies={"page": Provide(page, sync_to_thread=False)},
    responses=reading(MergePage, examples.MERGES),
)
async def list_merges(
    access: NamedDependency[ServerAccess], page: NamedDependency[Page], undone: Undone = None
) -> MergePage:
    return await access.run(merges.list_merges, access, page, undone=undone)


@get(
    "/merges/{merge_id:str}",
    operation_id="getMerge",
    summary="One merge",
    description="With the identifiers that an undo gives back, and whether it can be undone or which later merge "
    "builds on it.",
    tags=_TAGS,
    responses=reading(ExplainedMergeDetail, examples.MERGE, ErrorCode.NOT_FOUND),
)
async def get_merge(access: NamedDependency[ServerAccess], merge_id: MergeId) -> ExplainedMergeDetail:
    return await access.run(merges.get_merge, access, merge_id)


@post(
    "/merges/{merge_id:str}/undo",
    operation_id="undoMerge",
    summary="Undo a merge",
    description="Gives the absorbed profile its own standing back, with the identifiers at home in it, its "
    "traits and its events. The two don't merge again through the same identifier. The history names merges by id, "
    "and keeps the token's label with the reason, which may be left out with the whole body.",
    tags=_TAGS,
    status_code=200,
    dependencies={"access": Provide(access_at_once, sync_to_thread=False)},
    responses=changing(
        UndoneMerge,
        examples.UNDONE,
        ErrorCode.INVALID_PARAMETER,
        ErrorCode.NOT_FOUND,
        ErrorCode.ALREADY_UNDONE,
        ErrorCode.DEPENDENT_MERGE_EXISTS,
    ),
)
async def undo_merge(
    access: NamedDependency[ServerAccess], merge_id: MergeId, data: JSONBody[UndoRequest | None] = None
) -> UndoneMerge:
    return await access.run(merges.undo_merge, access, merge_id, data.reason if data else "")


@post(
    "/merges",
    operation_id="mergeProfiles",
    summary="Merge two profiles by hand",
    description="`winner` absorbs `loser`, or the profiles that they belong to by now; a customer absorbs whoever is "
    "none, whichever was named first. What R3 keeps apart needs `force`: of two customers the loser's customer id "
    "becomes a former one of the winner, and still leads to it. The reason and the token's label are kept in the "
    "history, and the merge can be undone like any other.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(HandMade, examples.HAND_MERGED, ErrorCode.INVALID_PARAMETER, ErrorCode.SAME_PROFILE, *_MERGING),
)
async def merge_profiles(access: NamedDependency[ServerAccess], data: JSONBody[MergeRequest]) -> HandMade:
    return await access.run(merges.merge_profiles, access, data.winner, data.loser, data.reason, force=data.force)


@post(
    "/profiles/{profile_id:str}/detach",
    operation_id="detachIdentifier",
    summary="Detach an identifier by hand",
    description="Gives one identifier of a profile a profile of its own; what it did before stays behind. The two "
    "don't merge again through this identifier. A customer id cannot be detached: undo the merge that brought it.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(
        Detached,
        examples.DETACHED,
        ErrorCode.INVALID_PARAMETER,
        ErrorCode.NOT_FOUND,
        ErrorCode.CUSTOMER_ID_NOT_DETACHABLE,
    ),
)
async def detach_identifier(
    access: NamedDependency[ServerAccess], profile_id: ProfileId, data: JSONBody[DetachRequest]
) -> Detached:
    return await access.run(merges.detach_identifier, access, profile_id, data.identifier(), data.reason)


@post(
    "/detachments/{detachment_id:str}/undo",
    operation_id="undoDetachment",
    summary="Undo a detachment",
    description="The profile absorbs again what was detached from it, with all that it has become since.",
    tags=_TAGS,
    status_code=200,
    dependencies=_DEPENDENCIES,
    responses=changing(
        HandMade,
        examples.HAND_MERGED,
        ErrorCode.INVALID_PARAMETER,
        ErrorCode.ALREADY_UNDONE,
        ErrorCode.DEPENDENT_MERGE_EXISTS,
        ErrorCode.IDENTIFIER_REASSIGNED,
        *_MERGING,
    ),
)
async def undo_detachment(
    access: NamedDependency[ServerAccess], detachment_id: DetachmentId, data: JSONBody[UndoRequest | None] = None
) -> HandMade:
    return await access.run(merges.undo_detachment, access, detachment_id, data.reason if data else "")
