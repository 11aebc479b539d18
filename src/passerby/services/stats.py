"""The counts of a project."""

from __future__ import annotations

from collections import Counter

import msgspec

from passerby.identity.stage import Stage
from passerby.services.access import ServerAccess
from passerby.services.use_cases import reading


class StageCounts(msgspec.Struct, kw_only=True, frozen=True):
    """Profiles by stage."""

    anonymous: int
    lead: int
    customer: int


class Stats(msgspec.Struct, kw_only=True, frozen=True):
    """A project's counts. Always: accepted = applied + duplicates + waiting, all in messages."""

    accepted: int
    applied: int
    duplicates: int
    waiting: int
    events: int
    violations: int
    profiles: StageCounts
    lag_seconds: float


@reading()
def get_stats(access: ServerAccess) -> Stats:
    """Return the counts. Applied messages are read first, so that `accepted` is never less.

    Test profiles may be newer than the totals, so no count falls below 0.
    """
    context, project = access.context, access.project
    totals = context.state.totals(project)
    accepted = context.log.accepted(project)
    applied = totals.applied + totals.duplicates
    accepted = max(accepted, applied)  # a log that was replaced by an older copy counts less until the worker notices
    waiting = accepted - applied
    # Kept out of the totals here, as a profile becomes a test profile or stops being one with its identifiers.
    test = Counter(context.state.test_profiles(project).values())
    oldest = context.log.waiting(project, totals.positions)[1] if waiting else None
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
        lag_seconds=0.0 if oldest is None else max(0, context.now() - oldest) / 1000,
    )
