"""The decisions about a profile as a graph: who became one with whom, and when.

Every mark leads to the decision's line in the list below (`#d<number>`), which says in words what the graph shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from passerby.console.charts.lanes import Graph, Lane, Mark, arrange
from passerby.state.views import HistoryEntry

LABEL, COLUMN, ROW, TOP = 200, 26, 32, 22
"""Pixels: the width of names and of a column, the height of a lane, and where the first one lies."""
NAME: Final = 26
"""Characters of a name that fit next to a lane."""

_SVG = Markup(
    '<svg class="graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
    'aria-label="{label}">{lanes}{joins}{marks}</svg>'
)
_NAME = Markup('<text class="graph-name{own}" x="0" y="{y}">{name}<title>{whole}</title></text>')
_LINE = Markup('<line class="graph-lane{own}" x1="{x1}" y1="{y}" x2="{x2}" y2="{y}"/>')
_JOIN = Markup('<path class="graph-join graph-{kind}" d="M{x1} {y1}C{xm} {y1} {xm} {y2} {x2} {y2}"/>')
_MARK = Markup(
    '<a href="#d{number}"><circle class="graph-mark graph-{kind}" cx="{x}" cy="{y}" r="5"/><title>{title}</title></a>'
)


def merge_graph(
    entries: Sequence[HistoryEntry], profile: str, names: Mapping[str, str], titles: Callable[[HistoryEntry], str]
) -> Markup:
    """The graph of these decisions, oldest first. `names` says what a profile is called, `titles` what a mark says."""
    graph = arrange(entries, profile)
    width, height = _x(graph.columns) + COLUMN, TOP + ROW * len(graph.lanes) - ROW // 3
    return _SVG.format(
        width=width,
        height=height,
        label=_label(graph),
        lanes=Markup().join(_lane(row, lane, names) for row, lane in enumerate(graph.lanes)),
        joins=Markup().join(_join(mark) for mark in graph.marks if mark.other is not None),
        marks=Markup().join(_mark(mark, titles(entries[mark.number])) for mark in graph.marks),
    )


def _label(graph: Graph) -> str:
    merges = sum(mark.kind == "merged" for mark in graph.marks)
    return f"{len(graph.lanes)} profiles, {len(graph.marks)} decisions, {merges} merges, listed below"


def _lane(row: int, lane: Lane, names: Mapping[str, str]) -> Markup:
    own = "" if row else " graph-own"
    whole = names.get(lane.profile) or f"profile {lane.profile[-12:]}"
    shown = whole if len(whole) <= NAME else f"{whole[:NAME]}…"
    lines = [_LINE.format(own=own, x1=_x(first), x2=_x(last), y=_y(row)) for first, last in lane.spans]
    return _NAME.format(own=own, y=_y(row) + 4, name=shown, whole=whole) + Markup().join(lines)


def _join(mark: Mark) -> Markup:
    """The curve between the two lanes of a decision: into the mark, but for an undo, which leads out of it."""
    x = _x(mark.column)
    away = x + COLUMN if mark.kind == "undone" else x - COLUMN
    return _JOIN.format(kind=mark.kind, x1=away, y1=_y(mark.other or 0), xm=(x + away) // 2, x2=x, y2=_y(mark.lane))


def _mark(mark: Mark, title: str) -> Markup:
    return _MARK.format(number=mark.number, kind=mark.kind, x=_x(mark.column), y=_y(mark.lane), title=title)


def _x(column: int) -> int:
    return LABEL + COLUMN * (column + 1)


def _y(row: int) -> int:
    return TOP + ROW * row
