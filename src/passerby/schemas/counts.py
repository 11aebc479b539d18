"""JSON of counts: totals, over time, by event, of validation errors, and of deleted test data."""

from __future__ import annotations

from typing import Any

import msgspec

from passerby.clock import iso
from passerby.positions import ShownPosition, to_json
from passerby.schemas.catalogue import OtherViolationJson, other_violation_json
from passerby.schemas.published import Json
from passerby.services.series import (
    DailyCounts,
    EventDailyCounts,
    Line,
    Metric,
    Series,
    Step,
    Violations,
)
from passerby.state.views import Deletion


class SeriesJson(Json, kw_only=True):
    """Counts over time. `times` are when each step begins; a dialect without any count has no line."""

    metric: Metric
    step: Step
    times: list[str]
    lines: list[Line]


class InvalidMessageJson(Json, kw_only=True):
    """An invalid message: the kinds of its violations, the same joined as `reason`, and what was sent."""

    position: ShownPosition
    at: str
    dialect: str
    kinds: list[str]
    reason: str
    body: Any


class ViolationsJson(Json, kw_only=True):
    """The rules that were broken last, and the last messages that stated nothing."""

    violations: list[OtherViolationJson]
    invalid: list[InvalidMessageJson]


class DailyCountsJson(Json, kw_only=True):
    """Events by day, the most frequent names first."""

    days: list[str]
    events: list[EventDailyCounts]


class DeletedTestData(msgspec.Struct, kw_only=True):
    """What was deleted, and how many test profiles were `kept`. `more`: there are others; repeat the request."""

    profiles: int
    events: int
    kept: int
    more: bool


class Health(msgspec.Struct, kw_only=True):
    """The server is ready; these parts were asked."""

    status: str
    checks: list[str]


def series_json(counted: Series) -> SeriesJson:
    """Return the JSON of counts over time."""
    return SeriesJson(
        metric=counted.metric, step=counted.step, times=list(map(iso, counted.times)), lines=counted.lines
    )


def violations_json(found: Violations) -> ViolationsJson:
    """Return the JSON of the newest validation errors and invalid messages."""
    invalid = [
        InvalidMessageJson(
            position=to_json(message.position),
            at=iso(message.at),
            dialect=message.dialect,
            kinds=message.kinds,
            reason=", ".join(message.kinds),  # for clients of 0.1, which had no list
            body=message.body,
        )
        for message in found.invalid
    ]
    return ViolationsJson(violations=list(map(other_violation_json, found.violations)), invalid=invalid)


def daily_counts_json(counted: DailyCounts) -> DailyCountsJson:
    """Return the JSON of events by day."""
    return DailyCountsJson(days=[iso(day)[:10] for day in counted.days], events=counted.events)


def deleted_test_data(deletion: Deletion) -> DeletedTestData:
    """Return the JSON of a deletion of test data."""
    return DeletedTestData(**deletion._asdict())
