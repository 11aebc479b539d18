"""Events as pages show them: standard events with their items, viewed pages, and a timeline split into visits.

Events of one session are one visit, as long as no event of another session is between them. Without sessions, a pause
of half an hour ends a visit, as is usual in web analytics.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import zip_longest
from typing import Final, NamedTuple

from passerby.console.presenters import units
from passerby.console.presenters.values import ROWS, Table
from passerby.messages import Item, Semantic, StoredEvent
from passerby.profiles.summary import page_of

PAUSE_SECONDS: Final = 1_800
SHORT_SECONDS: Final = 60
"""Gaps between visits that are shorter are not shown."""
_ITEM: Final = ("id", "sku", "name", "brand", "category", "variant", "quantity", "price")
"""The fields of an item that have a column; its URLs are in the raw form."""


class Visit(NamedTuple):
    """Events that belong together, the newest first. Times in ms.

    `lasted` and `away` are texts: the duration ("" below a second), and the gap after the previous visit ("" where the
    page ends, and for gaps of less than a minute).
    """

    session_id: str
    dialect: str
    began: int
    ended: int
    lasted: str
    away: str
    events: list[StoredEvent]


def visits(events: Iterable[StoredEvent]) -> list[Visit]:
    """Return the visits of a timeline, which is sorted from the newest event to the oldest."""
    groups: list[list[StoredEvent]] = []
    for event in events:
        if groups and _are_together(groups[-1][-1], event):
            groups[-1].append(event)
        else:
            groups.append([event])
    found = []
    for group, earlier in zip_longest(groups, groups[1:]):
        newest, oldest = group[0], group[-1]
        seconds = (newest.time - oldest.time) / 1000
        away = 0.0 if earlier is None else (oldest.time - earlier[0].time) / 1000
        found.append(
            Visit(
                session_id=newest.session_id,
                dialect=newest.dialect,
                began=oldest.time,
                ended=newest.time,
                lasted=units.duration(seconds) if seconds >= 1 else "",
                away=units.short_duration(away) if away >= SHORT_SECONDS else "",
                events=group,
            )
        )
    return found


def _are_together(newer: StoredEvent, older: StoredEvent) -> bool:
    if newer.session_id or older.session_id:
        return newer.session_id == older.session_id
    return newer.time - older.time < PAUSE_SECONDS * 1000


def standard_label(name: str) -> str:
    """Return the label of a standard event: `product_viewed` is "Product viewed"."""
    return f"{name[:1].upper()}{name[1:].replace('_', ' ')}"


def item_text(one: Item) -> str:
    """Return the name of an item, with its quantity unless that is 1."""
    name = one.name or one.sku or one.id or ""
    return f"{one.quantity} \N{MULTIPLICATION SIGN} {name}" if one.quantity not in {None, 1} else name


def item_table(semantic: Semantic) -> Table:
    """Return the items of a standard event as a table, with the columns that any of them has."""
    columns = [field for field in _ITEM if any(getattr(one, field) is not None for one in semantic.items)]
    rows = [[getattr(one, field) for field in columns] for one in semantic.items[:ROWS]]
    return Table("", columns, rows, max(len(semantic.items) - ROWS, 0))


def page_view(event: StoredEvent) -> str:
    """Return the URL or path of the page that was viewed; "" for an event that is no page view, or has none."""
    words = event.name.lower()
    return page_of(event.properties, event.context) if "page" in words or "screen" in words else ""
