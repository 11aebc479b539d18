"""Bars."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest

from passerby.console.charts.bars import WIDTH, bar


@pytest.mark.parametrize(
    "value, whole, part",
    [(0, 10, 0), (5, 10, WIDTH / 2), (10, 10, WIDTH), (20, 10, WIDTH), (1, 1_000_000, 1), (3, 0, 0), (-1, 10, 0)],
)
def test_a_bar_is_as_long_as_its_share(value: float, whole: float, part: float) -> None:
    drawn = ET.fromstring(bar(value, whole))  # noqa: S314 - our own drawing
    assert float(drawn[1].attrib["width"]) == part
