"""The answers about counts over time."""

from __future__ import annotations

from typing import Any, Literal

import msgspec

from passerby.positions import ShownPosition
from passerby.state.views import OtherViolation


class Line(msgspec.Struct, kw_only=True):
    """The counts of one dialect, one for each of the times."""

    dialect: str
    values: list[int]
    total: int


class Series(msgspec.Struct, kw_only=True):
    """Counts over time. `times` are when each step begins; a dialect without any count has no line."""

    metric: Literal["accepted", "duplicates", "violations", "refused"]
    step: Literal["minute", "hour", "day"]
    times: list[str]
    lines: list[Line]


class InvalidMessage(msgspec.Struct, kw_only=True):
    """An invalid message: the kinds of its violations, the same joined as `reason`, and what was sent."""

    position: ShownPosition
    at: str
    dialect: str
    kinds: list[str]
    reason: str
    body: Any


class Violations(msgspec.Struct, kw_only=True):
    """The rules that were broken last, and the last messages that stated nothing."""

    violations: list[OtherViolation]
    invalid: list[InvalidMessage]


class EventVolume(msgspec.Struct, kw_only=True):
    """How many events of a name there were, in all and on each of the days."""

    name: str
    total: int
    values: list[int]


class Volumes(msgspec.Struct, kw_only=True):
    """Events by day, the most frequent names first."""

    days: list[str]
    events: list[EventVolume]
