"""Deleting test data: a page that says how many profiles and events go, and the button on it."""

from __future__ import annotations

from typing import Any

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import URLEncodedBody

from passerby.console.access import Need
from passerby.console.screens import Visit, action, done, screen
from passerby.services import deletion
from passerby.services.answers import DeletedTestData

PATH = "/settings/test-data"


class DeletionForm(msgspec.Struct, kw_only=True):
    """Nothing but the button."""


class DeletionView(msgspec.Struct, kw_only=True):
    """What a deletion would remove now, as `DELETE /v1/test-data` would answer."""

    found: DeletedTestData


async def gather(visit: NamedDependency[Visit]) -> DeletionView:
    return DeletionView(found=await visit.run(deletion.count_test_data, visit.access))


async def delete(
    visit: NamedDependency[Visit],
    data: URLEncodedBody[DeletionForm],  # noqa: ARG001 - a form is read, whatever it holds
) -> Response[Any]:
    deleted = await visit.run(deletion.delete_test_data, visit.access)
    return done(visit, PATH if deleted.more else "/settings", "test-data-deleted")


routes = [screen(PATH, gather, "test-data.html", need=Need.ADMIN), action(PATH, delete)]
