"""Deletion of test data: a page with the number of profiles and events, and the form that confirms it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody

from passerby.console.auth.permissions import Permission
from passerby.console.routing import PageContext, form_route, page_route, redirect_to
from passerby.services import deletion
from passerby.state.views import Deletion

PATH = "/settings/test-data"


class DeletionForm(msgspec.Struct, kw_only=True):
    """The form: only its button."""


class DeletionView(msgspec.Struct, kw_only=True):
    """What a deletion would remove now, in the shape of the response of `DELETE /v1/test-data`."""

    found: Deletion


async def load(page: NamedDependency[PageContext]) -> DeletionView:
    return DeletionView(found=await page.run(deletion.count_test_data, page.access))


async def delete(
    page: NamedDependency[PageContext],
    data: URLEncodedBody[DeletionForm],  # noqa: ARG001 - makes the framework read the body
) -> Response[Any]:
    deleted = await page.run(deletion.delete_test_data, page.access)
    # A deletion is limited to some profiles at a time: the page is shown again for the rest.
    return redirect_to(page, PATH if deleted.more else "/settings", "test-data-deleted")


routes = [page_route(PATH, load, "test-data.html", permission=Permission.ADMIN), form_route(PATH, delete)]
