"""What people say of the catalogue's events and attributes: planned, hidden, and what they mean."""

from __future__ import annotations

from typing import Any, Final

import apsw
import msgspec

from passerby.projects.errors import TooManyMarks
from passerby.sql import load

MOST: Final = 20_000
"""Marks of one project."""

_SQL = load("passerby.projects", "marks.sql")


class Mark(msgspec.Struct, frozen=True, kw_only=True):
    """What is said of an event, or of an attribute of it; of a trait, where `event` is empty.

    `changed_at` in milliseconds since 1970; 0 where nobody has said anything.
    """

    event: str
    attribute: str = ""
    planned: bool = False
    hidden: bool = False
    description: str = ""
    changed_at: int = 0
    who: str = ""


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
    if not known and connection.execute(_SQL["number_of_marks"], (project,)).get >= MOST:
        raise TooManyMarks(MOST)
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
