"""Counts by minute stay correct when they are rolled up to hours and days."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from passerby.state.manager import series
from passerby.state.protocol import SeriesRow
from passerby.state.sqlite.reader import SqliteStateReader
from passerby.state.sqlite.store import SqliteState
from passerby.state.views import SeriesPoint

DAY = 86_400_000
NOW = 20_000 * DAY
TIMES = (NOW - 200 * DAY, NOW - 91 * DAY, NOW - 3 * DAY, NOW - 3 * DAY + 3_600_000, NOW - 60_000)


@pytest.fixture
def state(tmp_path: Path) -> Iterator[SqliteState]:
    with closing(SqliteState(tmp_path / "state.db")) as state:
        yield state


def test_counts_of_every_step_that_is_still_kept_stay_the_same(state: SqliteState, tmp_path: Path) -> None:
    for _ in range(2):
        with state.transaction():
            state.add_series([SeriesRow(1, at, "segment", 3, 2, 1) for at in TIMES])
            state.add_series([SeriesRow(2, NOW - 60_000, "segment", 100, 100, 100)])
    with closing(SqliteStateReader(tmp_path / "state.db")) as reader:
        before = sorted(reader.series(1, 0, NOW, series.DAY))
        hours = sorted(reader.series(1, NOW - 80 * DAY, NOW, series.HOUR))
        for _ in range(2):
            state.roll_up(NOW)
        assert sorted(reader.series(1, 0, NOW, series.DAY)) == before
        assert sorted(reader.series(1, NOW - 80 * DAY, NOW, series.HOUR)) == hours
        assert sum(point.accepted for point in before) == 6 * len(TIMES)
        assert reader.series(1, 0, NOW, series.MINUTE) == [SeriesPoint("segment", NOW - 60_000, 6, 4, 2)]
