"""Charts in cells of tables: bars and sparklines."""

from __future__ import annotations

from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from passerby.console.charts.inline import BAR_WIDTH, HEIGHT, WIDTH, bar, sparkline


@pytest.mark.parametrize(
    "value, whole, part",
    [
        (0, 10, 0),
        (5, 10, BAR_WIDTH / 2),
        (10, 10, BAR_WIDTH),
        (20, 10, BAR_WIDTH),
        (1, 1_000_000, 1),
        (3, 0, 0),
        (-1, 10, 0),
    ],
)
def test_a_bar_is_as_long_as_its_share(value: float, whole: float, part: float) -> None:
    drawn = ET.fromstring(bar(value, whole))  # noqa: S314 - our own drawing
    assert float(drawn[1].attrib["width"]) == part


def _columns(values: list[int]) -> list[dict[str, float]]:
    drawn = ET.fromstring(sparkline(values, "volume"))  # noqa: S314 - our own drawing
    return [{name: float(value) for name, value in each.attrib.items()} for each in drawn]


def test_the_tallest_column_fills_the_height_and_days_without_anything_have_none() -> None:
    columns = _columns([0, 5, 10])
    assert [column["height"] for column in columns] == [HEIGHT / 2, HEIGHT]
    assert [column["x"] for column in columns] == [WIDTH / 3, WIDTH * 2 / 3]


@given(st.lists(st.integers(0, 2**63), max_size=400))
def test_all_columns_are_within_the_chart_for_any_values(values: list[int]) -> None:
    columns = _columns(values)
    assert len(columns) == sum(value > 0 for value in values)
    for column in columns:
        assert 0 <= column["x"] <= WIDTH
        assert column["height"] > 0
        assert -0.01 <= column["y"] <= column["y"] + column["height"] <= HEIGHT + 0.01


def test_its_label_is_text() -> None:
    drawn = ET.fromstring(sparkline([1], '"><script>'))  # noqa: S314 - our own drawing
    assert drawn.attrib["aria-label"] == '"><script>'
