"""What templates call: words, visits and drawings, made of the types that a page was given."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from markupsafe import Markup

from passerby.accounts.choices import timezones
from passerby.console.charts.bars import bar
from passerby.console.charts.merge_graph import merge_graph
from passerby.console.charts.sparkline import sparkline
from passerby.console.presenters import columns, standard_events, summary, validation_errors
from passerby.console.presenters.annotations import by_subject, never_came
from passerby.console.presenters.flat import as_json, flat, text
from passerby.console.presenters.namespaces import namespace_label, namespace_phrase
from passerby.console.presenters.profile_names import is_test, strongest, title
from passerby.console.presenters.timeline import visits
from passerby.dialects.commerce import name_of
from passerby.identity.decisions import DecisionKind
from passerby.presenters import decisions
from passerby.presenters.rejections import expectation
from passerby.services.answers import Step
from passerby.state.views import HistoryEntry, Merge


class Told(NamedTuple):
    """The texts of a decision: a title, the label of its rule, and an explanation."""

    what: str
    rule: str
    why: str


def told(entry: HistoryEntry) -> Told:
    """Return the texts of a stored decision."""
    return _told(decisions.facts_of(entry))


def told_merge(merge: Merge) -> Told:
    """Return the texts of a merge."""
    return _told(decisions.Facts("merged", merge.rule, merge.via, merge.by, merge.actor, merge.detail))


def told_step(step: Step, kind: DecisionKind) -> Told:
    """Return the texts of a decision that a previewed message would cause."""
    return _told(decisions.Facts(kind, step.rule, step.identifier, step.by, detail=step.detail))


def _told(facts: decisions.Facts) -> Told:
    return Told(
        decisions.TITLES[facts.kind],
        decisions.RULE_LABELS[facts.rule],
        decisions.explanation(facts, namespace_phrase),
    )


def graph(entries: list[HistoryEntry], profile: str, names: Mapping[str, str]) -> Markup:
    """The merge graph of these decisions about a profile, with the names of profiles by their ids."""
    return merge_graph(entries, profile, names, _mark)


def _mark(entry: HistoryEntry) -> str:
    named = f": {entry.identifier.value}" if entry.identifier else ""
    return f"{entry.at} {told(entry).what}{named}"


FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "advice": validation_errors.advice,
    "as_json": as_json,
    "by_subject": by_subject,
    "campaign": summary.campaign,
    "called": namespace_label,
    "called_within": namespace_phrase,
    "expectation": expectation,
    "fault": validation_errors.called,
    "flat": flat,
    "heading": columns.heading,
    "is_test": is_test,
    "money": summary.money,
    "never_came": never_came,
    "page_view": summary.page,
    "parts": summary.context_parts,
    "item": standard_events.item,
    "item_table": standard_events.item_table,
    "plain": standard_events.plain,
    "standard": standard_events.standard,
    "standard_of": name_of,
    "strongest": strongest,
    "tables": standard_events.tables,
    "text": text,
    "title_of": title,
    "told": told,
    "told_merge": told_merge,
    "told_step": told_step,
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
