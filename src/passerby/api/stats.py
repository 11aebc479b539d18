"""The counts of a project."""

from __future__ import annotations

from litestar import get
from litestar.di import NamedDependency

from passerby.api import examples
from passerby.api.access import Access
from passerby.api.answers import StageCounts, Stats
from passerby.api.describe import reading


@get(
    "/stats",
    operation_id="getStats",
    summary="Counts and lag",
    description="`accepted` = `applied` + `duplicates` + `waiting`, in messages, at any moment. `lag_seconds` is the "
    "age of the oldest message that waits (0: none does).",
    tags=["Project"],
    responses=reading(Stats, examples.STATS),
)
async def get_stats(access: NamedDependency[Access]) -> Stats:
    return await access.run(stats_of, access)


def stats_of(access: Access) -> Stats:
    """What was applied is read first: whatever happens in between, accepted is not less."""
    desk, project = access
    totals = desk.state.totals(project)
    accepted = desk.log.accepted(project)
    applied = totals.applied + totals.duplicates
    accepted = max(accepted, applied)  # a log that was replaced by an older copy counts less until the worker notices
    waiting = accepted - applied
    oldest = desk.log.waiting(project, totals.position)[1] if waiting else None
    return Stats(
        accepted=accepted,
        applied=totals.applied,
        duplicates=totals.duplicates,
        waiting=waiting,
        events=totals.events,
        violations=totals.violations,
        profiles=StageCounts(anonymous=totals.anonymous, lead=totals.lead, customer=totals.customer),
        lag_seconds=0.0 if oldest is None else max(0, desk.now() - oldest) / 1000,
    )
