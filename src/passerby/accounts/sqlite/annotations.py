"""Annotations of the catalogue in the control file."""

from __future__ import annotations

from typing import Any

import apsw
import msgspec

from passerby.accounts.annotations import MOST, Annotation
from passerby.accounts.errors import TooManyAnnotations
from passerby.storage.sql import load

_SQL = load("passerby.accounts.sqlite", "annotations.sql")


def of_project(connection: apsw.Connection, project: int) -> list[Annotation]:
    """Return the annotations of a project, by event and attribute."""
    return [_annotation(row) for row in connection.execute(_SQL["annotations"], (project,))]


def one(connection: apsw.Connection, project: int, event: str, attribute: str) -> Annotation:
    """Return the annotation of an event or attribute; an empty one if it has none."""
    for row in connection.execute(_SQL["annotation"], (project, event, attribute)):
        return _annotation(row)
    return Annotation(event=event, attribute=attribute)


def put(connection: apsw.Connection, project: int, annotation: Annotation) -> None:
    """Set an annotation. To be called within a transaction. Raises TooManyAnnotations."""
    known = one(connection, project, annotation.event, annotation.attribute).changed_at
    if not known and connection.execute(_SQL["number_of_annotations"], (project,)).get >= MOST:
        raise TooManyAnnotations(MOST)
    connection.execute(_SQL["set_annotation"], {"project": project, **msgspec.structs.asdict(annotation)})


def _annotation(row: Any) -> Annotation:
    event, attribute, planned, hidden, description, changed_at, who = row
    return Annotation(
        event=event,
        attribute=attribute,
        planned=bool(planned),
        hidden=bool(hidden),
        description=description,
        changed_at=changed_at,
        who=who,
    )
