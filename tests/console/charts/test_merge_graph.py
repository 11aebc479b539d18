"""The merge graph."""

from __future__ import annotations

from xml.etree import ElementTree as ET

from tests.console.charts.test_lanes import entry

from passerby.console.charts.merge_graph import NAME, merge_graph
from passerby.state.views import HistoryEntry

_HISTORY = [
    entry("created", None, "a"),
    entry("created", None, "b"),
    entry("merged", "b", "a"),
    entry("undone", "b", "a"),
]


def _drawn(names: dict[str, str]) -> ET.Element:
    def title(one: HistoryEntry) -> str:
        return f"<{one.kind}>"

    return ET.fromstring(merge_graph(_HISTORY, "a", names, title))  # noqa: S314 - our own drawing


def test_every_decision_is_a_mark_that_leads_to_its_line_and_says_what_it_is() -> None:
    marks = _drawn({}).findall("a")
    assert [mark.attrib["href"] for mark in marks] == ["#d0", "#d1", "#d2", "#d3"]
    assert [mark.findtext("title") for mark in marks] == ["<created>", "<created>", "<merged>", "<undone>"]


def test_a_merge_and_its_undo_are_curves_between_two_lanes() -> None:
    joins = [path.attrib["class"] for path in _drawn({}).findall("path")]
    assert joins == ["graph-join graph-merged", "graph-join graph-undone"]


def test_a_lane_carries_its_profiles_name_or_its_id() -> None:
    names = _drawn({"a": "<Teal Wren> " + "x" * NAME}).findall("text")
    assert (names[0].text or "").startswith("<Teal Wren> ")
    assert (names[0].text or "").endswith("…")
    assert names[1].text == "profile b"


def test_those_who_see_no_picture_hear_what_is_in_it() -> None:
    assert _drawn({}).attrib["aria-label"].startswith("2 profiles, 4 decisions, 1 merges")
