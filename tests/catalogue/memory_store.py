"""The part of the state that the catalogue uses, in memory."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple, TypeVar

from passerby.catalogue.catalogue import Catalogue
from passerby.catalogue.changes import AttributeRow, EventRow, KnownAttribute
from passerby.catalogue.rules import Verdict

Key = TypeVar("Key")
Row = TypeVar("Row", EventRow, AttributeRow)


class Observed(NamedTuple):
    """A message as the catalogue sees it; the name "" means traits."""

    name: str
    values: dict[str, Any]
    time: int = 1
    project: int = 1
    enforce: bool = True


class MemoryStore:
    """Adds up what catalogues drain, and loads them with what was added up."""

    def __init__(self) -> None:
        self.events: dict[tuple[int, str], EventRow] = {}
        self.attributes: dict[tuple[int, str, str], AttributeRow] = {}

    def run(self, catalogue: Catalogue, batch: Sequence[Observed]) -> list[Verdict]:
        """Load, check, drain and add up, as the worker does with a batch."""
        for project in {observed.project for observed in batch}:
            self.load(catalogue, project, [observed.name for observed in batch if observed.project == project])
        verdicts = [check(catalogue, observed) for observed in batch]
        self.add(catalogue)
        return verdicts

    def load(self, catalogue: Catalogue, project: int, names: Iterable[str]) -> None:
        if catalogue.needs_size(project):
            catalogue.load_size(project, sum(1 for owner, _ in self.events if owner == project))
        for name in catalogue.needs(project, names):
            rows = [row for (owner, event, _), row in self.attributes.items() if (owner, event) == (project, name)]
            catalogue.load(
                project,
                name,
                {row.name: KnownAttribute(row.type, row.enforced) for row in rows},
                exists=(project, name) in self.events,
            )

    def add(self, catalogue: Catalogue) -> None:
        changes = catalogue.drain()
        for event in changes.events:
            _sum(self.events, (event.project, event.name), event)
        for attribute in changes.attributes:
            _sum(self.attributes, (attribute.project, attribute.event, attribute.name), attribute)

    def types(self, event: str, project: int = 1) -> dict[str, str]:
        return {name: row.type for (owner, of, name), row in self.attributes.items() if (owner, of) == (project, event)}


def check(catalogue: Catalogue, observed: Observed) -> Verdict:
    if observed.name:
        return catalogue.check_event(
            observed.project, observed.name, observed.values, observed.time, enforce=observed.enforce
        )
    return catalogue.check_traits(observed.project, observed.values, observed.time, enforce=observed.enforce)


def _sum(rows: dict[Key, Row], key: Key, row: Row) -> None:
    stored = rows.get(key)
    if stored is not None:
        row = row._replace(
            first_seen=min(stored.first_seen, row.first_seen),
            last_seen=max(stored.last_seen, row.last_seen),
            added=stored.added + row.added,
        )
        if isinstance(row, AttributeRow):
            row = row._replace(enforced=stored.enforced or row.enforced)
    rows[key] = row
