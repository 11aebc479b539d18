"""The examples of counts over time."""

from __future__ import annotations

from passerby.services.answers import (
    StageCounts,
    Stats,
)
from passerby.services.series_answers import InvalidMessage, Line, Series, Violations
from passerby.state.views import (
    OtherViolation,
)

STATS = {
    "counts": Stats(
        accepted=3,
        applied=2,
        duplicates=0,
        waiting=1,
        events=1,
        violations=4,
        profiles=StageCounts(anonymous=0, lead=0, customer=1),
        lag_seconds=0.031,
    )
}

SERIES = {
    "three hours": Series(
        metric="accepted",
        step="hour",
        times=["2026-11-20T08:00:00.000Z", "2026-11-20T09:00:00.000Z", "2026-11-20T10:00:00.000Z"],
        lines=[
            Line(dialect="crossengage", values=[120, 144, 98], total=362),
            Line(dialect="segment", values=[0, 12, 31], total=43),
        ],
    )
}
VIOLATIONS = {
    "newest": Violations(
        violations=[
            OtherViolation(
                kind="type_mismatch",
                event="Added Product",
                attribute="price",
                count=4,
                last_at="2026-11-20T10:00:00.212Z",
                sample="9,50",
            )
        ],
        invalid=[
            InvalidMessage(
                position=41_180,
                at="2026-11-20T09:58:00.000Z",
                dialect="webengage",
                kinds=["no_identifier"],
                reason="no_identifier",
                body={"attributes": {"plan": "gold"}},
            )
        ],
    )
}
