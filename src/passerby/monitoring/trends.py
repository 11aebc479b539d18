"""Aggregates samples into time series, and forecasts when the disk is full."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec

from passerby.clock import Milliseconds
from passerby.rejected_requests.record import Sample

Range = Literal["hour", "day", "week"]

RANGES: Final[dict[Range, tuple[int, int]]] = {"hour": (60, 60), "day": (96, 900), "week": (84, 7_200)}
"""Number of steps, and their length in seconds."""
FORECAST_MS: Final = 86_400_000
LEAST_MS: Final = 3_600_000
"""Time that samples must span for a forecast."""
_DAY_MS: Final = 86_400_000
_MOST_DAYS: Final = 3_650
_MEGABYTE: Final = 1e6


class Trends(msgspec.Struct, kw_only=True):
    """Values by step; null where there is no sample. `times` are the beginnings of steps, `step_seconds` long.

    `received` and `applied` in messages a second, `lag_seconds` and `backlog` the highest of the step, `rejected` and
    `errors` in percent of requests, `data_mb` and `free_mb` the last of the step in megabytes.
    """

    range: Range
    step_seconds: int
    times: list[Milliseconds]
    received: list[float | None]
    applied: list[float | None]
    lag_seconds: list[float | None]
    backlog: list[int | None]
    rejected: list[float | None]
    errors: list[float | None]
    data_mb: list[float | None]
    free_mb: list[float | None]


class Forecast(msgspec.Struct, kw_only=True):
    """When the disk is full at the rate of the last 24 hours.

    `bytes_per_day` is null before samples span an hour; `days` is null without growth, or beyond ten years.
    """

    bytes_per_day: float | None
    days: float | None


def trends(samples: Iterable[Sample], wanted: Range, now: int) -> Trends:
    """Return the time series of a range that ends with the step of `now` (ms)."""
    steps, seconds = RANGES[wanted]
    length = seconds * 1000
    first = (now // length - steps + 1) * length
    within: dict[int, list[Sample]] = defaultdict(list)
    for sample in samples:
        middle = sample.at - int(sample.seconds * 500)  # the middle of its interval decides the step
        within[middle // length * length].append(sample)
    rows = [within.get(at, []) for at in range(first, first + steps * length, length)]
    return Trends(
        range=wanted,
        step_seconds=seconds,
        times=list(range(first, first + steps * length, length)),
        received=[_rate(row, [each.received for each in row]) for row in rows],
        applied=[_rate(row, [each.applied for each in row]) for row in rows],
        lag_seconds=[max((round(each.lag, 1) for each in row), default=None) for row in rows],
        backlog=[max((each.backlog for each in row), default=None) for row in rows],
        rejected=[percent([each.rejected for each in row], row) for row in rows],
        errors=[percent([each.errors for each in row], row) for row in rows],
        data_mb=[round(row[-1].data_bytes / _MEGABYTE, 1) if row else None for row in rows],
        free_mb=[round(row[-1].free_bytes / _MEGABYTE, 1) if row else None for row in rows],
    )


def _rate(row: Sequence[Sample], counts: Sequence[int]) -> float | None:
    seconds = sum(each.seconds for each in row)
    return round(sum(counts) / seconds, 2) if seconds else None


def percent(counts: Sequence[int], row: Sequence[Sample]) -> float | None:
    """Return counts in percent of the requests; 0.0 if there were no requests, None if there is no sample."""
    if not row:
        return None
    requests = sum(each.requests for each in row)
    return round(100 * sum(counts) / requests, 2) if requests else 0.0


def forecast(samples: Sequence[Sample], now: int) -> Forecast:
    """Extrapolate the free space of the last 24 hours linearly (least squares)."""
    recent = [each for each in samples if now - FORECAST_MS < each.at <= now]
    if len(recent) < 2 or recent[-1].at - recent[0].at < LEAST_MS:  # noqa: PLR2004 - a slope takes two
        return Forecast(bytes_per_day=None, days=None)
    middle = math.fsum(each.at for each in recent) / len(recent)
    level = math.fsum(each.free_bytes for each in recent) / len(recent)
    spread = math.fsum((each.at - middle) ** 2 for each in recent)
    slope = math.fsum((each.at - middle) * (each.free_bytes - level) for each in recent) / spread
    growth = -slope * _DAY_MS
    days = recent[-1].free_bytes / growth if growth > 0 else math.inf
    return Forecast(bytes_per_day=round(growth), days=round(days, 1) if days <= _MOST_DAYS else None)
