"""The merge graph: the decisions about a profile as SVG, with a lane for each profile and a mark for each decision.

Every mark links to the decision's entry in the list below (`#d<number>`), which says in words what the graph shows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from markupsafe import Markup

from passerby.console.charts.lanes import arrange
from passerby.state.views import HistoryEntry

LABEL, COLUMN, ROW, TOP = 200, 26, 32, 22
"""Pixels: width of the names, width of a column, height of a lane, and the y of the first lane."""
NAME: Final = 26
"""Characters of a name that fit next to a lane."""

_SVG: Final = Markup(
    '<svg class="graph" viewBox="0 0 {width} {height}" width="{width}" height="{height}" role="group" '
    'aria-label="{label}">{lanes}{joins}{marks}</svg>'
)
_NAME: Final = Markup('<text class="graph-name{own}" x="0" y="{y}">{name}<title>{whole}</title></text>')
_LINE: Final = Markup('<line class="graph-lane{own}" x1="{x1}" y1="{y}" x2="{x2}" y2="{y}"/>')
_JOIN: Final = Markup('<path class="graph-join graph-{kind}" d="M{x1} {y1}C{xm} {y1} {xm} {y2} {x2} {y2}"/>')
_MARK: Final = Markup(
    '<a href="#d{number}"><circle class="graph-mark graph-{kind}" cx="{x}" cy="{y}" r="5"/><title>{title}</title></a>'
)


def merge_graph(
    entries: Sequence[HistoryEntry], profile: str, names: Mapping[str, str], titles: Callable[[HistoryEntry], str]
) -> Markup:
    """Return the graph of these decisions, oldest first, about a profile.

    `names` are the display names of profiles by id, as far as they have one; `titles` returns the tooltip of a mark.
    """
    graph = arrange(entries, profile)
    lanes, joins, marks = [], [], []
    for row, lane in enumerate(graph.lanes):
        own = "" if row else " graph-own"
        whole = names.get(lane.profile) or f"profile {lane.profile[-12:]}"
        shown = whole if len(whole) <= NAME else f"{whole[:NAME]}…"
        lanes.append(_NAME.format(own=own, y=_y(row) + 4, name=shown, whole=whole))
        lanes += [_LINE.format(own=own, x1=_x(first), x2=_x(last), y=_y(row)) for first, last in lane.spans]
    for mark in graph.marks:
        x, y = _x(mark.column), _y(mark.lane)
        if mark.other is not None:
            # The curve leads from the other lane into the mark; for an undo, out of the mark to the other lane.
            far = x + COLUMN if mark.kind == "undone" else x - COLUMN
            joins.append(_JOIN.format(kind=mark.kind, x1=far, y1=_y(mark.other), xm=(x + far) // 2, x2=x, y2=y))
        marks.append(_MARK.format(number=mark.number, kind=mark.kind, x=x, y=y, title=titles(entries[mark.number])))
    merges = sum(mark.kind == "merged" for mark in graph.marks)
    return _SVG.format(
        width=_x(graph.columns) + COLUMN,
        height=TOP + ROW * len(graph.lanes) - ROW // 3,
        label=f"{len(graph.lanes)} profiles, {len(graph.marks)} decisions, {merges} merges, listed below",
        # Drawn in this order: a mark covers the ends of its curves.
        lanes=Markup().join(lanes),
        joins=Markup().join(joins),
        marks=Markup().join(marks),
    )


def _x(column: int) -> int:
    return LABEL + COLUMN * (column + 1)


def _y(row: int) -> int:
    return TOP + ROW * row
