"""Routes of merges: listing and undoing them."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.describe import changing, reading
from passerby.services import merges
from passerby.services.access import ServerAccess
from passerby.services.answers import ExplainedMergeDetail, MergePage, UndoneMerge
from passerby.services.bodies import UndoRequest
from passerby.services.cursors import Page
from passerby.services.errors import ErrorCode
from passerby.web.parameters import MergeId, Undone, page

_TAGS = ["Identity"]


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
        ErrorCode.BUILT_ON,
    ),
)
async def undo_merge(
    access: NamedDependency[ServerAccess], merge_id: MergeId, data: JSONBody[UndoRequest | None] = None
) -> UndoneMerge:
    return await access.run(merges.undo_merge, access, merge_id, data.reason if data else "")
