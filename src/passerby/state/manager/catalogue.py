"""Reads the catalogue and its violations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import msgspec

from passerby.catalogue.aliases import Aliases
from passerby.catalogue.types import DataType
from passerby.dialects.commerce import name_of
from passerby.state.manager import edits
from passerby.state.manager.connector import Connector
from passerby.state.views import (
    Catalogue,
    CatalogueAttribute,
    CatalogueEvent,
    CatalogueViolation,
    NewestViolations,
    OtherViolation,
)

OTHER_VIOLATIONS = 1_000
"""Violations of no catalogued event that are returned, the newest."""


def read_catalogue(db: Connector, project: int, limit: int, after: str) -> Catalogue:
    """See `passerby.state.views.StateReader.catalogue`."""
    rows: list[Any] = db.rows("reader.events", (project, after, limit + 1))
    events = rows[:limit]
    more: str | None = events[-1][0] if len(rows) > limit else None
    aliases = edits.aliases(db, project)
    return Catalogue(
        events=[_event(db, project, row, aliases) for row in events],
        traits=_attributes(db, project, [""], aliases),
        violations=_violations_of(db.rows("reader.other_violations", (project, OTHER_VIOLATIONS))),
        after=more,
    )


def _event(db: Connector, project: int, row: tuple[Any, ...], aliases: Aliases) -> CatalogueEvent:
    """Build one event, with the counts of all spellings that were merged into it."""
    name, count, first_seen, last_seen = row
    names = aliases.spellings(name)
    for alias in names[1:]:
        for _, more, first, last in db.rows("reader.event", (project, alias)):
            count, first_seen, last_seen = count + more, min(first_seen, first), max(last_seen, last)
    # Violations are summed up by kind and attribute, under the name that the attribute has now.
    spelled = aliases.attributes.get(name, {})
    found: dict[tuple[str, str], tuple[int, int, str]] = {}
    for event in names:
        rows: list[Any] = db.rows("reader.event_violations", (project, event, event))
        for _, kind, attribute, added, at, text in rows:
            key = (str(kind), spelled.get(str(attribute), str(attribute)))
            counted, until, newest = found.get(key, (0, at, text))
            found[key] = (counted + added, max(until, at), text if at >= until else newest)
    return CatalogueEvent(
        name=name,
        semantic=name_of(name),
        count=count,
        first_seen=first_seen,
        last_seen=last_seen,
        attributes=_attributes(db, project, names, aliases),
        violations=[
            CatalogueViolation(kind=kind, attribute=attribute, count=counted, last_at=until, sample=sample)
            for (kind, attribute), (counted, until, sample) in sorted(found.items())
        ],
        spellings=names[1:],
    )


def _attributes(db: Connector, project: int, names: list[str], aliases: Aliases) -> list[CatalogueAttribute]:
    """Build the attributes of an event (`names[0]`) and its other spellings, sorted by name."""
    spelled = aliases.attributes.get(names[0], {})
    found: dict[str, tuple[DataType, int, int, int]] = {}
    spellings: dict[str, list[str]] = defaultdict(list)
    for event in names:
        rows: list[Any] = db.rows("reader.attributes", (project, event, event))
        for _, name, type_, count, first, last in rows:
            canonical = spelled.get(str(name), str(name))
            if canonical != name and name not in spellings[canonical]:
                spellings[canonical].append(name)
            if canonical not in found:
                found[canonical] = (type_, count, first, last)
                continue
            # The type is that of the canonical name itself, whichever spelling was read first.
            known, counted, since, until = found[canonical]
            own = type_ if canonical == name and event == names[0] else known
            found[canonical] = (own, counted + count, min(since, first), max(until, last))
    return [
        CatalogueAttribute(
            name=name,
            type=type_,
            count=count,
            first_seen=first,
            last_seen=last,
            spellings=spellings.get(name, []),
        )
        for name, (type_, count, first, last) in sorted(found.items())
    ]


def newest_violations(db: Connector, project: int, limit: int) -> NewestViolations:
    """See `passerby.state.views.StateReader.violations`."""
    rows = db.rows("series.newest_violations", (project, limit))
    invalid: list[Any] = db.rows("series.newest_invalid", (project, limit))
    decoded = [(*place, msgspec.json.decode(kinds), body) for *place, kinds, body in invalid]
    return NewestViolations(_violations_of(rows), decoded)


def _violations_of(rows: Iterable[tuple[Any, ...]]) -> list[OtherViolation]:
    return [
        OtherViolation(event=event or None, kind=kind, attribute=attribute, count=count, last_at=last_at, sample=sample)
        for event, kind, attribute, count, last_at, sample in rows
    ]
