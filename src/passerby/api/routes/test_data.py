"""Deleting test profiles and their events."""

from __future__ import annotations

from litestar import delete
from litestar.di import NamedDependency

from passerby.api.auth import AT_ONCE
from passerby.api.conversion import converting
from passerby.api.openapi.examples import projects as examples
from passerby.api.openapi.responses import changing
from passerby.schemas.counts import DeletedTestData, deleted_test_data
from passerby.services import deletion
from passerby.services.access import ServerAccess


@delete(
    "/test-data",
    operation_id="deleteTestData",
    summary="Delete test data",
    description="Deletes test profiles (all identifiers begin with `passerby-test`) with their events, traits and "
    "history, about 1,000 profiles per request. A test profile that ever had, or was merged with a profile that had, "
    "another identifier is kept. The profiles are gone when this answers; their events leave the event store "
    "within seconds. `accepted`, `applied`, the time series and the catalogue still count the messages. This cannot be "
    "undone.",
    tags=["Project"],
    status_code=200,
    dependencies=AT_ONCE,
    responses=changing(DeletedTestData, examples.TEST_DATA),
)
async def delete_test_data(access: NamedDependency[ServerAccess]) -> DeletedTestData:
    return await access.run(converting(deletion.delete_test_data, deleted_test_data), access)
