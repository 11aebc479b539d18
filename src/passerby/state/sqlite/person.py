"""Reading what is told of a person to a call that asks: as few rows as that takes."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import apsw
import msgspec

from passerby import sql
from passerby.messages import Identifier
from passerby.profiles.person import Part, Person, fold_person
from passerby.profiles.traits import Versioned
from passerby.state.sqlite.ids import to_blob, to_text
from passerby.state.sqlite.known import sighting

_SQL: Final = sql.load("passerby.state.sqlite", "reader.sql")
_context: Final = msgspec.json.Decoder(dict[str, Versioned]).decode
_value: Final = msgspec.json.Decoder().decode


def owners(connection: apsw.Connection, project: int, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
    """See `passerby.state.views.StateReader.owners`."""
    cursor = connection.cursor()
    found = ((identifier, sighting(cursor, project, identifier)) for identifier in identifiers)
    return {identifier: to_text(row[3]) for identifier, row in found if row is not None}


def person(connection: apsw.Connection, profile: str) -> Person:
    """See `passerby.state.views.StateReader.person`."""
    cursor, canonical = connection.cursor(), to_blob(profile)
    members: list[Any] = cursor.execute(_SQL["member_contexts"], (canonical,)).fetchall()
    parts = [Part(_traits(cursor, id_), _context(context)) for id_, context in members]
    identifiers: list[Any] = cursor.execute(_SQL["newest_identifiers"], (canonical,)).fetchall()
    return fold_person(parts, identifiers)


def _traits(cursor: apsw.Cursor, member: bytes) -> dict[str, Versioned]:
    rows: list[Any] = cursor.execute(_SQL["traits"], (member,)).fetchall()
    return {name: Versioned(_value(value), time, position) for name, value, time, position in rows}
