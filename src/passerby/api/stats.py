"""The counts of a project."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from passerby.api import examples
from passerby.api.describe import reading
from passerby.services import stats
from passerby.services.access import ServerAccess
from passerby.services.answers import Stats


@get(
    "/stats",
    operation_id="getStats",
    summary="Counts and lag",
    description="`accepted` = `applied` + `duplicates` + `waiting`, in messages, at any moment. `lag_seconds` is the "
    "age of the oldest message that waits (0: none does). Test profiles are not counted "
    "in `profiles`.",
    tags=["Project"],
    responses=reading(Stats, examples.STATS),
)
async def get_stats(access: NamedDependency[ServerAccess]) -> Stats:
    return await access.run(stats.get_stats, access)
