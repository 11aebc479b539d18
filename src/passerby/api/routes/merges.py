"""Routes of merges and detachments: listing, undoing, and making them manually."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import profiles as examples
from passerby.api.openapi.responses import changing, reading
from passerby.schemas.identity import DetachRequest, MergeRequest, UndoRequest
from passerby.schemas.merges import (
    Detached,
    ExplainedMergeDetail,
    ManualMergeMade,
    MergePage,
    UndoneMerge,
    detached,
    explained_merge_detail,
    manual_merge_made,
    merge_page,
    undone_merge,
)
from passerby.services import merges
from passerby.services.access import ServerAccess
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import PAGED, DetachmentId, MergeId, ProfileId, Undone

_TAGS = ["Identity"]
_MERGING = (ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_MERGE, ErrorCode.LIMIT_EXCEEDED)


@get(
    "/merges",
    operation_id="listMerges",
    summary="All merges",
    description="Merges of profiles with their message and rule, newest first.",
    tags=_TAGS,
    dependencies=PAGED,
    responses=reading(MergePage, examples.MERGES),
)
async def list_merges(
    access: NamedDependency[ServerAccess], page: NamedDependency[Page], undone: Undone = None
) -> MergePage:
    return await access.run(converting(merges.list_merges, merge_page), access, page, undone=undone)


@get(
    "/merges/{merge_id:str}",
    operation_id="getMerge",
    summary="One merge",
    description="With the identifiers that an undo returns, and whether it can be undone or which later merge depends "
    "on it.",
    tags=_TAGS,
    responses=reading(ExplainedMergeDetail, examples.MERGE, ErrorCode.NOT_FOUND),
)
async def get_merge(access: NamedDependency[ServerAccess], merge_id: MergeId) -> ExplainedMergeDetail:
    return await access.run(converting(merges.get_merge, explained_merge_detail), access, merge_id)


@post(
    "/merges/{merge_id:str}/undo",
    operation_id="undoMerge",
    summary="Undo a merge",
    description="Restores the absorbed profile with the identifiers at home in it, its traits and its events. The two "
    "don't merge again through the same identifier. The history names merges by id, and keeps the token's label with "
    "the reason, which may be left out with the whole body.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
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
    return await access.run(converting(merges.undo_merge, undone_merge), access, merge_id, data.reason if data else "")


@post(
    "/merges",
    operation_id="mergeProfiles",
    summary="Merge two profiles manually",
    description="`winner` absorbs `loser`, or the profiles that they now belong to; a customer absorbs a profile that "
    "is not one, whichever is the winner. Where R3 blocks the merge, `force` is required: the customer id of the "
    "loser becomes a former one of the winner, and still leads to it. The reason and the token's label are kept in "
    "the history, and the merge can be undone like any other.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(
        ManualMergeMade, examples.MERGED, ErrorCode.INVALID_PARAMETER, ErrorCode.SAME_PROFILE, *_MERGING
    ),
)
async def merge_profiles(access: NamedDependency[ServerAccess], data: JSONBody[MergeRequest]) -> ManualMergeMade:
    merge = converting(merges.merge_profiles, manual_merge_made)
    return await access.run(merge, access, data.winner, data.loser, data.reason, force=data.force)


@post(
    "/profiles/{profile_id:str}/detach",
    operation_id="detachIdentifier",
    summary="Detach an identifier manually",
    description="Moves one identifier of a profile to a new profile. Earlier events stay where they are. The two "
    "profiles don't merge again through this identifier. A customer id cannot be detached: undo the merge that "
    "brought it.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
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
    detach = converting(merges.detach_identifier, detached)
    return await access.run(detach, access, profile_id, data.identifier(), data.reason)


@post(
    "/detachments/{detachment_id:str}/undo",
    operation_id="undoDetachment",
    summary="Undo a detachment",
    description="Merges the detached profile back, with everything it has received since.",
    tags=_TAGS,
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(
        ManualMergeMade,
        examples.MERGED,
        ErrorCode.INVALID_PARAMETER,
        ErrorCode.ALREADY_UNDONE,
        ErrorCode.DEPENDENT_MERGE_EXISTS,
        ErrorCode.IDENTIFIER_REASSIGNED,
        *_MERGING,
    ),
)
async def undo_detachment(
    access: NamedDependency[ServerAccess], detachment_id: DetachmentId, data: JSONBody[UndoRequest | None] = None
) -> ManualMergeMade:
    undo = converting(merges.undo_detachment, manual_merge_made)
    return await access.run(undo, access, detachment_id, data.reason if data else "")
