"""The counts of a project."""

from __future__ import annotations

from collections import Counter

from litestar import get
from litestar.di import NamedDependency

from passerby.api import examples
from passerby.api.describe import reading
from passerby.identity.stage import Stage
from passerby.services.access import Access
from passerby.services.answers import StageCounts, Stats


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
async def get_stats(access: NamedDependency[Access]) -> Stats:
    return await access.run(stats_of, access)


def stats_of(access: Access) -> Stats:
    """What was applied is read first: whatever happens in between, accepted is not less.

    Test profiles may be newer than the totals, so no count falls below 0.
    """
    desk, project = access
    totals = desk.state.totals(project)
    accepted = desk.log.accepted(project)
    applied = totals.applied + totals.duplicates
    accepted = max(accepted, applied)  # a log that was replaced by an older copy counts less until the worker notices
    waiting = accepted - applied
    test = Counter(desk.state.test_profiles(project).values())
    oldest = desk.log.waiting(project, totals.positions)[1] if waiting else None
    return Stats(
        accepted=accepted,
        applied=totals.applied,
        duplicates=totals.duplicates,
        waiting=waiting,
        events=totals.events,
        violations=totals.violations,
        profiles=StageCounts(
            anonymous=max(0, totals.anonymous - test[Stage.ANONYMOUS]),
            lead=max(0, totals.lead - test[Stage.LEAD]),
            customer=max(0, totals.customer - test[Stage.CUSTOMER]),
        ),
        lag_seconds=0.0 if oldest is None else max(0, desk.now() - oldest) / 1000,
    )
