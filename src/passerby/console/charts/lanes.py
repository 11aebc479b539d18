"""Layout of the merge graph: a lane for each profile, from top to bottom, and a column for each decision.

A lane is drawn while its profile is canonical: from the first decision about it to its merge into another one, and
again after an undo.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final, NamedTuple

from passerby.identity.decisions import DecisionKind
from passerby.state.views import HistoryEntry

COLUMNS: Final = 48
"""Decisions that are drawn. Of more, those of _QUIET kinds are left out, and then the oldest."""
LANES: Final = 24
"""Profiles that are drawn."""

_QUIET: Final = frozenset({"attached", "blocked"})


class Mark(NamedTuple):
    """A decision in the graph. `number` is the index of its entry; `other` the lane at the other end, None for none."""

    number: int
    column: int
    lane: int
    other: int | None
    kind: DecisionKind


class Lane(NamedTuple):
    """A profile, and the spans of columns in which it was canonical: pairs of first and last."""

    profile: str
    spans: list[tuple[int, int]]


class Graph(NamedTuple):
    """Lanes and marks. `left_out` is the number of decisions that are not drawn."""

    lanes: list[Lane]
    marks: list[Mark]
    columns: int
    left_out: int


def arrange(entries: Sequence[HistoryEntry], first: str) -> Graph:
    """Return the graph of these decisions (oldest first) about a profile, whose lane is the first one."""
    chosen = list(enumerate(entries))
    if len(chosen) > COLUMNS:
        chosen = [(number, entry) for number, entry in chosen if entry.kind not in _QUIET][-COLUMNS:]
    named = (profile for _, entry in chosen for profile in (entry.from_, entry.to) if profile is not None)
    lanes = {profile: lane for lane, profile in enumerate(list(dict.fromkeys([first, *named]))[:LANES])}
    marks = []
    for column, (number, entry) in enumerate(chosen):
        at, other = lanes.get(entry.to or entry.from_ or ""), lanes.get(entry.from_ or "")
        if at is not None:
            marks.append(Mark(number, column, at, None if other == at else other, entry.kind))
    spans = _spans([entry for _, entry in chosen], lanes)
    return Graph(
        lanes=[Lane(profile, spans[profile]) for profile in lanes],
        marks=marks,
        columns=len(chosen),
        left_out=len(entries) - len(marks),
    )


def _spans(entries: Sequence[HistoryEntry], lanes: Collection[str]) -> dict[str, list[tuple[int, int]]]:
    """Return the spans of each lane. A curve into a mark begins a column before it; that of an undo ends one after."""
    begun: dict[str, int] = {}
    spans: dict[str, list[tuple[int, int]]] = {profile: [] for profile in lanes}
    for column, entry in enumerate(entries):
        if entry.to in spans:
            begun.setdefault(entry.to, column)
        if entry.from_ in spans:
            begun.setdefault(entry.from_, column + (1 if entry.kind == "undone" else -1))
        if entry.kind == "merged" and entry.from_ in begun:
            first = begun.pop(entry.from_)
            spans[entry.from_].append((first, max(first, column - 1)))
    for profile, column in begun.items():  # not merged into another one until the end
        spans[profile].append((column, max(column, len(entries))))
    return spans
