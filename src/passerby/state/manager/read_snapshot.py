"""Read snapshots for API calls that are answered with profile data: each query reads only the rows it needs."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, Final

import msgspec

from passerby.identity.snapshot import IdentitySnapshot
from passerby.messages import Identifier
from passerby.profiles import traits
from passerby.profiles.person import Part, Person, fold_person
from passerby.profiles.traits import Versioned, respelled
from passerby.state.manager.connector import Connector
from passerby.state.manager.edits import trait_spellings
from passerby.state.manager.identity_snapshot import canonical, has_aliases, identifier_row, key_of, load
from passerby.state.manager.ids import to_blob, to_text

_context: Final = msgspec.json.Decoder(dict[str, Versioned]).decode
_value: Final = msgspec.json.Decoder().decode


class ManagedSnapshot:
    """See `passerby.state.views.ReadSnapshot`. The connector must be within a snapshot."""

    def __init__(self, db: Connector) -> None:
        self._db = db

    def owners(self, project: int, identifiers: Iterable[Identifier]) -> dict[Identifier, str]:
        found = ((identifier, identifier_row(self._db, project, identifier)) for identifier in identifiers)
        return {i: to_text(canonical(self._db, row[3])) for i, row in found if row is not None}

    def has_aliases(self, project: int) -> bool:
        return has_aliases(self._db, project)

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> IdentitySnapshot:
        return load(self._db, project, identifiers, hints).known

    def person(self, profile: str) -> Person:
        key = (to_blob(profile),)
        members = self._rows("member_contexts", key)
        spellings = trait_spellings(self._db, *key)
        parts = []
        for member, about in members:
            rows = self._rows("traits", (member,))
            traits_ = {name: Versioned(_value(value), time, position) for name, value, time, position in rows}
            parts.append(Part(dict(respelled(traits_, spellings)), _context(about)))
        return fold_person(parts, self._rows("newest_identifiers", key))

    def device(self, project: int, device: Identifier) -> dict[str, Any]:
        rows = self._rows("device", key_of(project, device))
        return traits.fold([_context(about) for (about,) in rows])

    def seen(self, project: int, dialect: str, key: str) -> bool:
        return bool(self._rows("seen", (project, dialect, key)))

    def attributes(self, project: int) -> tuple[tuple[str, str], ...]:
        rows = self._rows("attributes", (project, "", ""))
        return tuple((name, type_) for _, name, type_, *_ in rows)

    def _rows(self, query: str, bindings: tuple[Any, ...]) -> list[Any]:
        return self._db.rows(f"reader.{query}", bindings)
