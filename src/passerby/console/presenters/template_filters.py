"""The filters and globals that templates call: presenters and charts under the names that templates use."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from passerby.accounts.choices import timezones
from passerby.clock import iso
from passerby.console.charts.inline import bar, sparkline
from passerby.console.charts.merge_graph import merge_graph
from passerby.console.presenters import catalogue, events, identifiers, profiles, units, values
from passerby.dialects.commerce import name_of
from passerby.identity.decisions import Decision
from passerby.presenters import decisions
from passerby.presenters.rejections import expectation
from passerby.schemas.views import view_json
from passerby.services.items import message_of
from passerby.state.views import HistoryEntry, Merge


class DecisionTexts(NamedTuple):
    """The texts of an identity decision: a title, the label of its rule, and an explanation."""

    title: str
    rule: str
    explanation: str


def decision_texts(entry: HistoryEntry | Decision) -> DecisionTexts:
    """Return the texts of a decision, recorded or previewed."""
    return _texts(decisions.facts_of(entry))


def merge_texts(merge: Merge) -> DecisionTexts:
    """Return the texts of a merge."""
    return _texts(decisions.Facts("merged", merge.rule, merge.via, merge.by, merge.actor, merge.detail))


def _texts(facts: decisions.Facts) -> DecisionTexts:
    return DecisionTexts(
        decisions.TITLES[facts.kind],
        decisions.RULE_LABELS[facts.rule],
        decisions.explanation(facts, identifiers.namespace_phrase),
    )


def graph(entries: list[HistoryEntry], profile: str, names: Mapping[str, str]) -> Markup:
    """Return the merge graph of these decisions about a profile, with the names of profiles by id."""

    def tooltip(entry: HistoryEntry) -> str:
        named = f": {entry.identifier.value}" if entry.identifier else ""
        return f"{iso(entry.at)} {decision_texts(entry).title}{named}"

    return merge_graph(entries, profile, names, tooltip)


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "advice": catalogue.advice,
    "age": units.age,
    "as_in_api": view_json,
    "as_json": values.as_json,
    "by_subject": catalogue.by_subject,
    "campaign": profiles.campaign,
    "clock": units.clock,
    "context_parts": profiles.context_parts,
    "decision_texts": decision_texts,
    "duration": units.duration,
    "error_label": catalogue.error_label,
    "expectation": expectation,
    "flat": values.flat,
    "heading": profiles.heading,
    "iso": iso,
    "is_test": profiles.is_test,
    "item_table": events.item_table,
    "item_text": events.item_text,
    "lower_first": values.lower_first,
    "merge_texts": merge_texts,
    "money": units.money,
    "namespace_label": identifiers.namespace_label,
    "namespace_phrase": identifiers.namespace_phrase,
    "not_received": catalogue.not_received,
    "number": units.number,
    "page_view": events.page_view,
    "rejection": message_of,
    "short": values.short,
    "short_duration": units.short_duration,
    "size": units.size,
    "standard_label": events.standard_label,
    "standard_of": name_of,
    "strongest": identifiers.strongest,
    "tables": values.tables,
    "text": values.text,
    "title_of": profiles.title,
    "trait": profiles.trait,
    "utc": units.utc,
    "visits": events.visits,
    "without_tables": values.without_tables,
}
GLOBALS: Final[Mapping[str, Callable[..., Any]]] = {
    "bar": bar,
    "graph": graph,
    "sparkline": sparkline,
    "timezones": timezones,
    "zip": zip,
}
