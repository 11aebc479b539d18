"""Deleting test profiles and their events."""

from __future__ import annotations

from litestar import delete
from litestar.di import NamedDependency, Provide

from passerby.api import examples
from passerby.api.access import access_at_once
from passerby.api.describe import changing
from passerby.services.access import Access
from passerby.services.answers import DeletedTestData


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
    dependencies={"access": Provide(access_at_once, sync_to_thread=False)},
    responses=changing(DeletedTestData, examples.TEST_DATA),
)
async def delete_test_data(access: NamedDependency[Access]) -> DeletedTestData:
    return await access.run(deleted_by, access)


def deleted_by(access: Access) -> DeletedTestData:
    """Delete the project's test data."""
    with access.desk.writer() as state:
        found = state.delete_test_data(access.project, access.desk.now())
    return DeletedTestData(**found._asdict())
