"""Annotations of the catalogue in the control file."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from passerby.accounts import marks
from passerby.accounts.errors import TooManyMarks
from passerby.accounts.marks import Mark
from passerby.sql import load

_SQL = load("passerby.accounts.sqlite", "marks.sql")


def of_project(connection: apsw.Connection, project: int) -> list[Mark]:
    """Everything that is said in a project, by event and attribute."""
    return [_mark(row) for row in connection.execute(_SQL["marks"], (project,))]


def one(connection: apsw.Connection, project: int, event: str, attribute: str) -> Mark:
    """What is said of one event or attribute."""
    for row in connection.execute(_SQL["mark"], (project, event, attribute)):
        return _mark(row)
    return Mark(event=event, attribute=attribute)


def put(connection: apsw.Connection, project: int, mark: Mark) -> None:
    """Say this of an event or attribute. Within a transaction. Raises TooManyMarks."""
    known = one(connection, project, mark.event, mark.attribute).changed_at
    if not known and connection.execute(_SQL["number_of_marks"], (project,)).get >= marks.MOST:
        raise TooManyMarks(marks.MOST)
    connection.execute(_SQL["set_mark"], {"project": project, **msgspec.structs.asdict(mark)})


def _mark(row: Any) -> Mark:
    event, attribute, planned, hidden, description, changed_at, who = row
    return Mark(
        event=event,
        attribute=attribute,
        planned=bool(planned),
        hidden=bool(hidden),
        description=description,
        changed_at=changed_at,
        who=who,
    )
