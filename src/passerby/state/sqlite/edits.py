"""Editing the catalogue on SQLite: types, merged spellings, deleted names. Runs within the caller's transaction.

Every edit raises the catalogue's version in the same transaction. The worker compares it at the start of each batch's
transaction and loads the catalogue again, so an edit holds for the next batch and is never overwritten by what the
worker remembers.
"""

from __future__ import annotations

from typing import Any, Final

import apsw
import msgspec

from passerby import sql
from passerby.catalogue.aliases import Alias, Aliases, BadAlias, UnknownName
from passerby.catalogue.types import DataType, data_type

_SQL: Final = sql.load("passerby.state.sqlite", "edits.sql")

PROFILES_CHECKED: Final = 100_000
"""How many profiles are looked at for the values of a trait, the newest."""


def version(cursor: apsw.Cursor) -> int:
    """How often the catalogue was edited."""
    return cursor.execute(_SQL["version"]).get or 0


def aliases(cursor: apsw.Cursor | apsw.Connection, project: int) -> Aliases:
    """All merged spellings of a project."""
    return Aliases(Alias(*row) for row in cursor.execute(_SQL["aliases"], (project,)))


def trait_spellings(cursor: apsw.Cursor | apsw.Connection, profile: bytes) -> dict[str, str]:
    """The canonical name of each merged spelling of a trait, in the project of a profile."""
    rows: list[Any] = cursor.execute(_SQL["trait_aliases"], (profile,)).fetchall()
    return Aliases(Alias(*row) for row in rows).attributes[""] if rows else {}


def type_of(cursor: apsw.Cursor | apsw.Connection, project: int, event: str, attribute: str) -> DataType | None:
    """The type of an attribute; None for one that the catalogue does not have."""
    found: DataType | None = cursor.execute(_SQL["type_of"], (project, event, attribute)).get
    return found


def types_of(cursor: apsw.Cursor | apsw.Connection, project: int, event: str) -> dict[str, DataType]:
    """The types of all attributes of an event."""
    rows: list[Any] = cursor.execute(_SQL["types_of"], (project, event)).fetchall()
    return dict(rows)


def change_type(cursor: apsw.Cursor, project: int, event: str, attribute: str, type_: DataType) -> DataType:
    """Give an attribute another type; return the one that it had. Raises UnknownName."""
    before = type_of(cursor, project, event, attribute)
    if before is None:
        raise UnknownName
    cursor.execute(_SQL["set_type"], (project, event, attribute, type_))
    cursor.execute(_SQL["drop_mismatches"], (project, event, attribute))
    cursor.execute(_SQL["edited"])
    return before


def add_alias(cursor: apsw.Cursor, project: int, alias: Alias) -> None:
    """Merge a spelling into another name. Raises UnknownName, BadAlias."""
    aliases(cursor, project).added(alias.event, alias.attribute, alias.canonical)
    if not _known(cursor, project, alias.event, alias.attribute):
        raise UnknownName
    if alias.attribute:
        cursor.execute(_SQL["add_canonical_attribute"], (project, alias.event, alias.attribute, alias.canonical))
    else:
        cursor.execute(_SQL["add_canonical_event"], (project, alias.event, alias.canonical))
    cursor.execute(_SQL["add_alias"], (project, *alias))
    cursor.execute(_SQL["edited"])


def remove_alias(cursor: apsw.Cursor, project: int, event: str, attribute: str) -> None:
    """Tell a merged spelling apart again. Raises UnknownName."""
    cursor.execute(_SQL["remove_alias"], (project, event, attribute))
    if not cursor.connection.changes():
        raise UnknownName
    cursor.execute(_SQL["edited"])


def delete_name(cursor: apsw.Cursor, project: int, event: str, attribute: str) -> bool:
    """Take an event name, an attribute or a trait from the catalogue; whether it was there. Raises BadAlias."""
    if not _known(cursor, project, event, attribute):
        return False
    if aliases(cursor, project).has_spellings(event, attribute):
        raise BadAlias(f"other spellings are merged into {attribute or event!r}: undo that first")
    if attribute:
        for statement in ("delete_attribute", "delete_enforced", "delete_attribute_violations"):
            cursor.execute(_SQL[statement], (project, event, attribute))
    else:
        for statement in ("delete_event", "delete_attributes", "delete_all_enforced", "delete_event_violations"):
            cursor.execute(_SQL[statement], (project, event))
    cursor.execute(_SQL["edited"])
    return True


def trait_types(cursor: apsw.Cursor | apsw.Connection, project: int, trait: str) -> tuple[dict[str, int], bool]:
    """Count the values of a trait by type, each member profile's own; and whether all profiles were looked at."""
    counts: dict[str, int] = {}
    rows: Any = cursor.execute(_SQL["trait_values"], (project, trait, PROFILES_CHECKED))
    for (value,) in rows:
        found = data_type(msgspec.json.decode(value))
        if found is not None:
            counts[found] = counts.get(found, 0) + 1
    return counts, cursor.execute(_SQL["profiles_beyond"], (PROFILES_CHECKED,)).get is None


def _known(cursor: apsw.Cursor, project: int, event: str, attribute: str) -> bool:
    if attribute:
        return type_of(cursor, project, event, attribute) is not None
    return cursor.execute(_SQL["has_event"], (project, event)).get is not None
