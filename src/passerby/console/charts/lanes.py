"""Where the merge graph's parts go: a lane for each profile, from top to bottom, and a column for each decision.

A lane is drawn while its profile stands for itself: from the first decision about it to the merge that absorbed it,
and again from an undo on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

from passerby.identity.decisions import DecisionKind
from passerby.state.views import HistoryEntry

COLUMNS: Final = 48
"""Decisions that are drawn; of more, identifiers that were just added are left out, and then the oldest."""
LANES: Final = 24
"""Profiles that are drawn."""

_QUIET: Final = frozenset({"attached", "blocked"})


class Mark(NamedTuple):
    """A decision at a place. `number` is that of its entry; `other` the lane at the other end, if it has one."""

    number: int
    column: int
    lane: int
    other: int | None
    kind: DecisionKind


class Lane(NamedTuple):
    """A profile, and the columns between which it stood for itself: pairs of first and last."""

    profile: str
    spans: list[tuple[int, int]]


class Graph(NamedTuple):
    """Lanes and marks; `left_out` counts the decisions that are not drawn."""

    lanes: list[Lane]
    marks: list[Mark]
    columns: int
    left_out: int


def arrange(entries: Sequence[HistoryEntry], first: str) -> Graph:
    """The graph of these decisions (oldest first) about a profile, whose lane is the first one."""
    chosen = _choose(entries)
    lanes = _lanes([entry for _, entry in chosen], first)
    marks = [mark for column, (number, entry) in enumerate(chosen) if (mark := _mark(number, column, entry, lanes))]
    spans = _spans([entry for _, entry in chosen], lanes)
    return Graph(
        lanes=[Lane(profile, spans[profile]) for profile in lanes],
        marks=marks,
        columns=len(chosen),
        left_out=len(entries) - len(marks),
    )


def _choose(entries: Sequence[HistoryEntry]) -> list[tuple[int, HistoryEntry]]:
    numbered = list(enumerate(entries))
    if len(numbered) > COLUMNS:
        numbered = [(number, entry) for number, entry in numbered if entry.kind not in _QUIET]
    return numbered[-COLUMNS:]


def _lanes(entries: Sequence[HistoryEntry], first: str) -> dict[str, int]:
    """The lane of each profile, in the order in which decisions name them."""
    named = (profile for entry in entries for profile in (entry.from_, entry.to) if profile is not None)
    return {profile: lane for lane, profile in enumerate(list(dict.fromkeys([first, *named]))[:LANES])}


def _mark(number: int, column: int, entry: HistoryEntry, lanes: dict[str, int]) -> Mark | None:
    """The mark of a decision; None where its profile has no lane."""
    at = lanes.get(entry.to or entry.from_ or "")
    if at is None:
        return None
    other = lanes.get(entry.from_ or "")
    return Mark(number, column, at, None if other == at else other, entry.kind)


def _spans(entries: Sequence[HistoryEntry], lanes: dict[str, int]) -> dict[str, list[tuple[int, int]]]:
    """The spans of each lane. Curves into a mark begin a column before it; that of an undo ends one behind."""
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
    for profile, column in begun.items():
        spans[profile].append((column, max(column, len(entries))))
    return spans
