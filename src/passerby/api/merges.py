"""Taking a merge back."""

from __future__ import annotations

from litestar import get, post
from litestar.di import NamedDependency, Provide
from litestar.params import JSONBody

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.authorization import actor_of
from passerby.api.describe import changing, reading
from passerby.identity.decisions import Actor
from passerby.services import cursors
from passerby.services.access import Access
from passerby.services.answers import (
    ExplainedMergeDetail,
    MergePage,
    UndoneMerge,
    explained_merge,
    explained_merge_detail,
)
from passerby.services.bodies import UndoRequest
from passerby.services.errors import ApiError, ErrorCode, not_found
from passerby.state.protocol import AlreadyUndone, BuiltOn, UnknownMerge
from passerby.web.parameters import MergeId, Page, Undone, page, uuid_of

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
async def list_merges(access: NamedDependency[Access], page: NamedDependency[Page], undone: Undone = None) -> MergePage:
    place = cursors.decode(page.cursor, cursors.AfterMerge)
    before = place.id if place else None
    found = await access.run(
        access.desk.state.merges, access.project, limit=page.limit + 1, undone=undone, before=before
    )
    shown, more = found[: page.limit], len(found) > page.limit
    explained = list(map(explained_merge, shown))
    return MergePage(merges=explained, cursor=cursors.encode(cursors.AfterMerge(shown[-1].id)) if more else None)


@get(
    "/merges/{merge_id:str}",
    operation_id="getMerge",
    summary="One merge",
    description="With the identifiers that it moved, and whether it can be undone or which later merge builds on it.",
    tags=_TAGS,
    responses=reading(ExplainedMergeDetail, examples.MERGE, ErrorCode.NOT_FOUND),
)
async def get_merge(access: NamedDependency[Access], merge_id: MergeId) -> ExplainedMergeDetail:
    found = await access.run(access.desk.state.merge, access.project, uuid_of(merge_id, "merge"))
    if found is None:
        raise not_found("merge")
    return explained_merge_detail(found)


@post(
    "/merges/{merge_id:str}/undo",
    operation_id="undoMerge",
    summary="Undo a merge",
    description="Gives the absorbed profile its own standing back, with the identifiers that the merge moved, its "
    "traits and its events. The two don't merge again through the same identifier. The history names merges by id, "
    "and keeps the token's label with the reason, which may be left out with the whole body.",
    tags=_TAGS,
    status_code=200,
    dependencies={
        "access": Provide(access_at_once, sync_to_thread=False),
        "actor": Provide(actor_of, sync_to_thread=False),
    },
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
    access: NamedDependency[Access],
    actor: NamedDependency[Actor],
    merge_id: MergeId,
    data: JSONBody[UndoRequest | None] = None,
) -> UndoneMerge:
    comment = data.reason if data else ""
    return await access.run(_undo, access, uuid_of(merge_id, "merge"), actor, comment)


def _undo(access: Access, merge_id: str, actor: Actor, comment: str) -> UndoneMerge:
    desk, project = access
    try:
        with desk.writer() as state:
            policy = desk.policy_of(project)
            ids = state.undo_merge(project, merge_id, desk.now(), policy, actor=actor, comment=comment)
    except UnknownMerge:
        raise not_found("merge") from None
    except AlreadyUndone:
        raise ApiError(ErrorCode.ALREADY_UNDONE, "this merge was undone before", {"merge_id": merge_id}) from None
    except BuiltOn as later:
        details = {"merge_id": later.merge_id}
        raise ApiError(ErrorCode.BUILT_ON, "a later merge builds on this one: undo that one first", details) from None
    return UndoneMerge(profiles=[profile for id_ in ids if (profile := desk.state.profile(project, id_))])
