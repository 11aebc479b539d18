"""Reading the catalogue on SQLite."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import apsw

from passerby import sql
from passerby.semantics.meaning import name_of
from passerby.state.views import (
    Catalogue,
    CatalogueAttribute,
    CatalogueEvent,
    CatalogueViolation,
    NewestViolations,
    OtherViolation,
)
from passerby.times import iso

_SQL = sql.load("passerby.state.sqlite", "reader.sql")
_SERIES = sql.load("passerby.state.sqlite", "series.sql")

OTHER_VIOLATIONS = 1_000
"""How many violations that belong to no event are shown, the newest."""


def read_catalogue(connection: apsw.Connection, project: int, limit: int, after: str) -> Catalogue:
    """See `passerby.state.views.StateReader.catalogue`."""
    rows: list[Any] = connection.execute(_SQL["events"], (project, after, limit + 1)).fetchall()
    events = rows[:limit]
    more: str | None = events[-1][0] if len(rows) > limit else None
    return Catalogue(
        events=_events(connection, project, events),
        traits=_attributes(connection, project, "", "")[""],
        violations=_other_violations(connection, project),
        after=more,
    )


def _events(connection: apsw.Connection, project: int, rows: list[tuple[Any, ...]]) -> list[CatalogueEvent]:
    if not rows:
        return []
    first, last = rows[0][0], rows[-1][0]
    attributes = _attributes(connection, project, first, last)
    violations = _violations(connection, project, first, last)
    return [
        CatalogueEvent(
            name=name,
            semantic=name_of(name),
            count=count,
            first_seen=iso(first_seen),
            last_seen=iso(last_seen),
            attributes=attributes[name],
            violations=violations[name],
        )
        for name, count, first_seen, last_seen in rows
    ]


def _attributes(
    connection: apsw.Connection, project: int, first: str, last: str
) -> dict[str, list[CatalogueAttribute]]:
    """The attributes of the events from one name to another, by event."""
    found: dict[str, list[CatalogueAttribute]] = defaultdict(list)
    for event, name, type_, count, first_seen, last_seen in connection.execute(
        _SQL["attributes"], (project, first, last)
    ):
        found[event].append(
            CatalogueAttribute(name=name, type=type_, count=count, first_seen=iso(first_seen), last_seen=iso(last_seen))
        )
    return found


def _violations(
    connection: apsw.Connection, project: int, first: str, last: str
) -> dict[str, list[CatalogueViolation]]:
    """The violations of the events from one name to another, by event."""
    found: dict[str, list[CatalogueViolation]] = defaultdict(list)
    for event, kind, attribute, count, last_at, sample in connection.execute(
        _SQL["event_violations"], (project, first, last)
    ):
        found[event].append(
            CatalogueViolation(kind=kind, attribute=attribute, count=count, last_at=iso(last_at), sample=sample)
        )
    return found


def newest_violations(connection: apsw.Connection, project: int, limit: int) -> NewestViolations:
    """See `passerby.state.views.StateReader.violations`."""
    rows = connection.execute(_SERIES["newest_violations"], (project, limit))
    invalid: list[Any] = connection.execute(_SERIES["newest_invalid"], (project, limit)).fetchall()
    return NewestViolations(_violations_of(rows), invalid)


def _other_violations(connection: apsw.Connection, project: int) -> list[OtherViolation]:
    return _violations_of(connection.execute(_SQL["other_violations"], (project, OTHER_VIOLATIONS)))


def _violations_of(rows: Iterable[tuple[Any, ...]]) -> list[OtherViolation]:
    return [
        OtherViolation(
            event=event or None, kind=kind, attribute=attribute, count=count, last_at=iso(last_at), sample=sample
        )
        for event, kind, attribute, count, last_at, sample in rows
    ]
