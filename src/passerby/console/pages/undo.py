"""Undo of a merge: a page that shows the result, and the form that confirms it."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromPath, URLEncodedBody
from litestar.response import Redirect
from msgspec import Meta

from passerby.console.presenters.errors import error_texts
from passerby.console.routing import SEE_OTHER, PageContext, form_route, page_route, render_page
from passerby.messages import Identifier
from passerby.profiles.view import Profile, ProfileIdentifier
from passerby.services import merges
from passerby.services.errors import ServiceError
from passerby.services.profiles import get_profile
from passerby.state.views import MergeDetail
from passerby.web.errors import STATUS

PATH = "/profiles/{profile_id:str}/identity/{merge_id:str}/undo"


class UndoForm(msgspec.Struct, kw_only=True):
    """The form: an optional reason."""

    reason: Annotated[str, Meta(max_length=1_000)] = ""


class UndoView(msgspec.Struct, kw_only=True):
    """A merge, the merged profile, and which of its identifiers stay with it when the merge is undone."""

    profile: Profile
    merge: MergeDetail
    stays: list[ProfileIdentifier]


async def load(page: NamedDependency[PageContext], profile_id: FromPath[str], merge_id: FromPath[str]) -> UndoView:
    merge = await page.run(merges.get_merge, page.access, merge_id)
    profile = await page.run(get_profile, page.access, profile_id)
    moved = set(merge.moved)
    stays = [each for each in profile.identifiers if Identifier(each.namespace, each.value, each.scope) not in moved]
    return UndoView(profile=profile, merge=merge, stays=stays)


async def undo(
    page: NamedDependency[PageContext],
    profile_id: FromPath[str],
    merge_id: FromPath[str],
    data: URLEncodedBody[UndoForm],
) -> Response[Any]:
    try:
        winner, *_ = await page.run(merges.undo_merge, page.access, merge_id, data.reason.strip())
    except ServiceError as error:
        view = await load(page, profile_id, merge_id)
        kept = page.rejected(data, error)
        return render_page("undo.html", status=STATUS[error.code], page=kept, view=view, error=error_texts(error))
    return Redirect(page.url(f"/profiles/{winner.id}/identity", said="undone", undone=merge_id), status_code=SEE_OTHER)


routes = [page_route(PATH, load, "undo.html"), form_route(PATH, undo)]
