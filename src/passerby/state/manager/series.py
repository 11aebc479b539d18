"""Time series of message counts by minute, hour and day.

The worker counts by minute. Old counts are rolled up into longer steps, so that each message is counted in exactly one
row; reading by a longer step sums the rows of that step and of shorter ones.
"""

from __future__ import annotations

from typing import Final

from passerby.state.manager.connector import Connector
from passerby.state.views import SeriesPoint

MINUTE: Final = 60
HOUR: Final = 3_600
DAY: Final = 86_400
"""Steps, in seconds."""
MINUTES_KEPT_MS: Final = 2 * 86_400_000
HOURS_KEPT_MS: Final = 90 * 86_400_000
"""How long counts by minute and by hour are kept; counts by day are kept without limit."""


def roll_up(db: Connector, now: int) -> None:
    """Add expired minutes and hours, as of `now` (ms), to the next longer step, within the caller's transaction."""
    for step, longer, kept in ((MINUTE, HOUR, MINUTES_KEPT_MS), (HOUR, DAY, HOURS_KEPT_MS)):
        end = (now - kept) // (longer * 1000) * longer * 1000  # only whole longer steps
        db.run("series.roll_up", (step, longer, end))
        db.run("series.drop_rolled_up", (step, end))


def read(db: Connector, project: int, begin: int, end: int, step: int) -> list[SeriesPoint]:
    """See `passerby.state.views.StateReader.series`."""
    return [SeriesPoint(*row) for row in db.rows("series.series", (project, begin, end, step))]
