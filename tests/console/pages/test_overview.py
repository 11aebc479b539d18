"""The counts by dialect."""

from __future__ import annotations

from typing import Literal

from passerby.console.pages.overview import DialectTotals, Traffic, totals
from passerby.services.series import Line, Series

Metric = Literal["accepted", "duplicates", "violations", "refused"]


def counted(metric: Metric, **lines: int) -> Series:
    found = [Line(dialect=dialect, values=[total], total=total) for dialect, total in lines.items()]
    return Series(metric=metric, step="hour", times=[1_772_355_600_000], lines=found)


def test_every_dialect_of_which_anything_came_has_a_row_the_busiest_first() -> None:
    traffic = Traffic(
        step="hour",
        accepted=counted("accepted", antsomi=2, segment=5),
        duplicates=counted("duplicates", segment=1),
        violations=counted("violations"),
        refused=counted("refused", webengage=3),
    )
    assert totals(traffic) == [
        DialectTotals(dialect="segment", accepted=5, duplicates=1, violations=0, refused=0),
        DialectTotals(dialect="antsomi", accepted=2, duplicates=0, violations=0, refused=0),
        DialectTotals(dialect="webengage", accepted=0, duplicates=0, violations=0, refused=3),
    ]
