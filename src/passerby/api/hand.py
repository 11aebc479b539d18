"""Routes of manual decisions: merging two profiles, detaching an identifier, and undoing that."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.describe import changing
from passerby.services import merges
from passerby.services.access import ServerAccess
from passerby.services.answers import Detached, HandMade
from passerby.services.bodies import DetachRequest, MergeRequest, UndoRequest
from passerby.services.errors import ErrorCode
from passerby.web.parameters import DetachmentId, ProfileId

_TAGS = ["Identity"]
_DEPENDENCIES = {"access": Provide(access_at_once, sync_to_thread=False)}
_MERGING = (ErrorCode.NOT_FOUND, ErrorCode.FORBIDDEN_MERGE, ErrorCode.LIMIT_EXCEEDED)


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
        Detached, examples.DETACHED, ErrorCode.INVALID_PARAMETER, ErrorCode.NOT_FOUND, ErrorCode.CUSTOMER_STAYS
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
        ErrorCode.BUILT_ON,
        ErrorCode.MOVED_ON,
        *_MERGING,
    ),
)
async def undo_detachment(
    access: NamedDependency[ServerAccess], detachment_id: DetachmentId, data: JSONBody[UndoRequest | None] = None
) -> HandMade:
    return await access.run(merges.undo_detachment, access, detachment_id, data.reason if data else "")
