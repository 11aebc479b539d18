"""Evaluates alert rules on the samples of the last minutes and the checks of the components."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

import msgspec

from passerby.accounts.alerting import AlertSettings
from passerby.monitoring.trends import percent
from passerby.rejected_requests.record import Sample

WINDOW_MS: Final = 5 * 60_000
"""Shares are those of the requests of the last five minutes; an alert is resolved after this long without cause."""
LEAST_REQUESTS: Final = 20
"""Requests in the window below which no share fires an alert."""


class Rule(NamedTuple):
    """A rule: its name in payloads, its label, and the unit of its value and threshold."""

    name: str
    label: str
    unit: str
    threshold: str
    """The field of AlertSettings."""


RULES: Final[Mapping[str, Rule]] = {
    rule.name: rule
    for rule in (
        Rule("lag", "Processing lag", "s", "lag_seconds"),
        Rule("errors", "Server errors", "% of requests", "errors_percent"),
        Rule("rejected", "Rejected requests", "% of requests", "rejected_percent"),
        Rule("disk", "Free disk space", "%", "disk_free_percent"),
        Rule("components", "Failing components", "components", ""),
    )
}


class Reading(NamedTuple):
    """The current value of a rule, whether it is beyond its threshold, and details such as names of components."""

    value: float
    is_over: bool
    detail: str = ""


class AlertState(msgspec.Struct, kw_only=True):
    """A rule's alert. Times in ms since 1970. `value` is null before the first sample.

    `last_over` is when it was last beyond its threshold.

    `delivered` is the state last sent to the receiver: whether the alert is firing.
    """

    firing: bool = False
    since: int = 0
    last_over: int = 0
    value: float | None = None
    detail: str = ""
    delivered: bool = msgspec.field(default=False, name="told")  # the name under which states are stored


def readings(samples: Sequence[Sample], problems: Mapping[str, str], settings: AlertSettings) -> dict[str, Reading]:
    """Return the reading of each rule whose threshold is set. `samples` are those of the window, oldest first."""
    failing = "; ".join(f"{name}: {problem}" for name, problem in problems.items())
    found = {"components": Reading(len(problems), bool(problems), failing)} if settings.components else {}
    if not samples:
        return found
    last, requests = samples[-1], sum(each.requests for each in samples)
    # A file system that states no size is not reported as full.
    free = round(100 * last.free_bytes / last.disk_bytes, 1) if last.disk_bytes else 100.0
    values = {
        "lag": last.lag,
        "errors": percent([each.errors for each in samples], samples) or 0.0,
        "rejected": percent([each.rejected for each in samples], samples) or 0.0,
        "disk": free,
    }
    for name, value in values.items():
        threshold: float | None = getattr(settings, RULES[name].threshold)
        if threshold is None:
            continue
        # A share of few requests says little: one of two would be 50 %.
        counts = name not in {"errors", "rejected"} or requests >= LEAST_REQUESTS
        is_over = value < threshold if name == "disk" else value > threshold
        found[name] = Reading(value, is_over and counts)
    return found


def is_on(rule: Rule, settings: AlertSettings) -> bool:
    """Whether a rule is enabled: it has a threshold, or is switched on if it needs none."""
    return getattr(settings, rule.threshold) is not None if rule.threshold else settings.components


def advance(states: dict[str, AlertState], found: Mapping[str, Reading], settings: AlertSettings, now: int) -> bool:
    """Update the states of alerts; return whether an alert started or stopped firing.

    A rule that is off is resolved at once; one without a value stays as it is.
    """
    changed = False
    for name, rule in RULES.items():
        state, reading = states.setdefault(name, AlertState()), found.get(name)
        if reading is None and is_on(rule, settings):
            continue
        is_over = reading is not None and reading.is_over
        if reading is not None:
            # The last detail stays, to say what an alert was about when it is resolved.
            state.value, state.detail = reading.value, reading.detail or state.detail
        if is_over:
            state.last_over = now
        # A value that swings around its threshold is one alert. A negative age: the clock was set back.
        lingers = reading is not None and state.firing and 0 <= now - state.last_over < WINDOW_MS
        is_firing = is_over or lingers
        if is_firing != state.firing:
            state.firing, state.since, changed = is_firing, now, True
    return changed
