"""Taking a merge back."""

from __future__ import annotations

from litestar import post
from litestar.di import NamedDependency, Provide

from passerby.api import examples
from passerby.api.access import Access, access_at_once
from passerby.api.answers import UndoneMerge
from passerby.api.describe import changing
from passerby.api.errors import ApiError, ErrorCode, not_found
from passerby.api.parameters import MergeId, uuid_of
from passerby.state.protocol import AlreadyUndone, BuiltOn, UnknownMerge


@post(
    "/merges/{merge_id:str}/undo",
    operation_id="undoMerge",
    summary="Undo a merge",
    description="Gives the absorbed profile its own standing back, with the identifiers that the merge moved, its "
    "traits and its events. The two don't merge again through the same identifier. The history names merges by id.",
    tags=["Profiles"],
    status_code=200,
    dependencies={"access": Provide(access_at_once, sync_to_thread=False)},
    responses=changing(UndoneMerge, examples.UNDONE, ErrorCode.NOT_FOUND, ErrorCode.ALREADY_UNDONE, ErrorCode.BUILT_ON),
)
async def undo_merge(access: NamedDependency[Access], merge_id: MergeId) -> UndoneMerge:
    return await access.run(_undo, access, uuid_of(merge_id, "merge"))


def _undo(access: Access, merge_id: str) -> UndoneMerge:
    desk, project = access
    try:
        ids = desk.undo(project, merge_id, desk.now())
    except UnknownMerge:
        raise not_found("merge") from None
    except AlreadyUndone:
        raise ApiError(ErrorCode.ALREADY_UNDONE, "this merge was undone before", {"merge_id": merge_id}) from None
    except BuiltOn as later:
        details = {"merge_id": later.merge_id}
        raise ApiError(ErrorCode.BUILT_ON, "a later merge builds on this one: undo that one first", details) from None
    return UndoneMerge(profiles=[profile for id_ in ids if (profile := desk.state.profile(project, id_))])
