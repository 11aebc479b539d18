"""What has come in of each dialect, by the counts that are kept anyway."""

from __future__ import annotations

from passerby.console.presenters.sources import Arrival
from passerby.dialects import registry
from passerby.services.access import ServerAccess
from passerby.services.series import count_series, range_of
from passerby.services.series_answers import Series


def arrivals(access: ServerAccess) -> dict[str, Arrival]:
    """Of every dialect, what came in the last 30 days, and when the last of it did."""
    days, hours, minutes = (_accepted(access, step) for step in ("day", "hour", "minute"))
    last = {**_newest(days), **_newest(hours), **_newest(minutes)}
    totals = {line.dialect: line.total for line in days.lines}
    return {dialect: Arrival(messages=totals.get(dialect, 0), last_at=last.get(dialect)) for dialect in registry.NAMED}


def _accepted(access: ServerAccess, step: str) -> Series:
    return count_series(access, "accepted", step, range_of(step, None, None, access.context.now()))  # type: ignore[arg-type]  # of the three


def _newest(counted: Series) -> dict[str, str]:
    """When the newest step began in which anything of a dialect came."""
    return {
        line.dialect: max(at for at, count in zip(counted.times, line.values, strict=True) if count)
        for line in counted.lines
    }
