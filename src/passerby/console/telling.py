"""What templates call: words, visits and drawings, made of the types that a page was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from markupsafe import Markup

from passerby.console.drawing.bars import bar
from passerby.console.drawing.merge_graph import merge_graph
from passerby.console.drawing.sparkline import sparkline
from passerby.console.story import columns, faults, standard, touches, words
from passerby.console.story.context import parts
from passerby.console.story.decisions import Told, tell
from passerby.console.story.flat import as_json, flat, text
from passerby.console.story.marks import by_subject, never_came
from passerby.console.story.people import is_test, strongest, title
from passerby.console.story.visits import visits
from passerby.dialects.commerce import name_of
from passerby.projects.choices import timezones
from passerby.state.views import HistoryEntry, MergeDetail


def told(entry: HistoryEntry, merges: Mapping[str, MergeDetail] | None = None) -> Told:
    """A decision in words; `merges` are known ones by their ids, which say who named the profile that stayed."""
    merge = (merges or {}).get(entry.merge_id or "")
    return tell(entry.kind, entry.reason, entry.identifier, merge.by if merge else None)


def graph(entries: list[HistoryEntry], profile: str, names: Mapping[str, str]) -> Markup:
    """The merge graph of these decisions about a profile, with the names of profiles by their ids."""
    return merge_graph(entries, profile, names, _mark)


def _mark(entry: HistoryEntry) -> str:
    named = f": {entry.identifier.value}" if entry.identifier else ""
    return f"{entry.at} {told(entry).what}{named}"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "advice": faults.advice,
    "as_json": as_json,
    "by_subject": by_subject,
    "campaign": touches.campaign,
    "called": words.namespace,
    "fault": faults.called,
    "flat": flat,
    "heading": columns.heading,
    "is_test": is_test,
    "money": touches.money,
    "never_came": never_came,
    "page_view": touches.page,
    "parts": parts,
    "rejection": faults.rejection,
    "item": standard.item,
    "item_table": standard.item_table,
    "plain": standard.plain,
    "standard": standard.standard,
    "standard_of": name_of,
    "strongest": strongest,
    "tables": standard.tables,
    "tell": tell,
    "text": text,
    "title_of": title,
    "told": told,
    "trait": columns.trait,
    "visits": visits,
}
GLOBALS: Final[Mapping[str, Callable[..., Any]]] = {
    "bar": bar,
    "graph": graph,
    "sparkline": sparkline,
    "timezones": timezones,
    "zip": zip,
}
