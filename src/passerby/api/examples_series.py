"""The examples of counts over time."""

from __future__ import annotations

from passerby.services.series_answers import EventVolume, InvalidMessage, Line, Series, Violations, Volumes
from passerby.state.views import OtherViolation

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
VOLUMES = {
    "two days": Volumes(
        days=["2026-11-19", "2026-11-20"], events=[EventVolume(name="Added Product", total=214, values=[101, 113])]
    )
}
