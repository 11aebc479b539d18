"""The examples of counts over time."""

from __future__ import annotations

from collections.abc import Mapping

from passerby.api.openapi.examples.story import RECEIVED, SEEN
from passerby.schemas.catalogue import OtherViolationJson
from passerby.schemas.counts import InvalidMessageJson, SeriesJson, ViolationsJson
from passerby.services.series import Line
from passerby.services.stats import StageCounts, Stats

PARAMETERS: Mapping[str, Mapping[str, str]] = {"getStats": {"wait": "5"}}

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
    "three hours": SeriesJson(
        metric="accepted",
        step="hour",
        times=["2026-11-20T08:00:00.000Z", "2026-11-20T09:00:00.000Z", SEEN],
        lines=[
            Line(dialect="crossengage", values=[120, 144, 98], total=362),
            Line(dialect="segment", values=[0, 12, 31], total=43),
        ],
    )
}
VIOLATIONS = {
    "newest": ViolationsJson(
        violations=[
            OtherViolationJson(
                kind="type_mismatch",
                event="Added Product",
                attribute="price",
                count=4,
                last_at=RECEIVED,
                sample="9,50",
            )
        ],
        invalid=[
            InvalidMessageJson(
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
