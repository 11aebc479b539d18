"""Splits a timeline into sessions, with the gaps between them.

Events of one session are one visit, as long as none of another session comes between them. Without sessions, a pause
of half an hour ends a visit, which is the span that web analytics has agreed on.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Final, NamedTuple

from passerby.console.presenters import units
from passerby.services.answers import Event

PAUSE_SECONDS: Final = 1_800
SHORT_SECONDS: Final = 60
"""Shorter gaps are not shown."""


class Visit(NamedTuple):
    """Events that belong together, the newest first. Times are ISO 8601 in UTC.

    `lasted` and `away` are in words: the duration (empty for a moment), and the gap since the previous visit (empty
    where the page ends, and for gaps of less than a minute).
    """

    session_id: str
    dialect: str
    began: str
    ended: str
    lasted: str
    away: str
    events: list[Event]


def visits(events: Iterable[Event]) -> list[Visit]:
    """The visits of a timeline, which runs from the newest to the oldest."""
    groups: list[list[Event]] = []
    for event in events:
        if groups and _together(groups[-1][-1], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    return [_visit(group, earlier) for group, earlier in zip_longest(groups, groups[1:])]


def _together(newer: Event, older: Event) -> bool:
    if newer.session_id or older.session_id:
        return newer.session_id == older.session_id
    return units.between(older.time, newer.time) < PAUSE_SECONDS


def _visit(group: list[Event], earlier: list[Event] | None) -> Visit:
    newest, oldest = group[0], group[-1]
    seconds = units.between(oldest.time, newest.time)
    away = 0.0 if earlier is None else units.between(earlier[0].time, oldest.time)
    return Visit(
        session_id=newest.session_id,
        dialect=newest.dialect,
        began=oldest.time,
        ended=newest.time,
        lasted=units.duration(seconds) if seconds >= 1 else "",
        away=units.short_duration(away) if away >= SHORT_SECONDS else "",
        events=group,
    )
