"""Edits the catalogue: types, merged spellings, deleted names. Runs within the caller's transaction.

Every edit increments the catalogue's version in the same transaction. The worker compares it at the start of each
batch's transaction and drops its cache, so an edit applies from the next batch on and is never overwritten by the
cache.
"""

from __future__ import annotations

from typing import Any, Final

import msgspec

from passerby.catalogue.aliases import Alias, Aliases, BadAlias, UnknownName
from passerby.catalogue.types import DataType, data_type
from passerby.state.manager.connector import Connector

PROFILES_CHECKED: Final = 100_000
"""Profiles, the newest, whose values of a trait are counted by type."""


def version(db: Connector) -> int:
    """Return how often the catalogue was edited."""
    return db.value("edits.version") or 0


def aliases(db: Connector, project: int) -> Aliases:
    """Return all merged spellings of a project."""
    return Aliases(Alias(*row) for row in db.rows("edits.aliases", (project,)))


def trait_spellings(db: Connector, profile: bytes) -> dict[str, str]:
    """Return the canonical name of each merged spelling of a trait, in the project of a profile."""
    rows: list[Any] = db.rows("edits.trait_aliases", (profile,))
    return Aliases(Alias(*row) for row in rows).attributes[""] if rows else {}


def type_of(db: Connector, project: int, event: str, attribute: str) -> DataType | None:
    """Return the type of an attribute; None if it is not catalogued."""
    found: DataType | None = db.value("edits.type_of", (project, event, attribute))
    return found


def types_of(db: Connector, project: int, event: str) -> dict[str, DataType]:
    """Return the types of all attributes of an event."""
    rows: list[Any] = db.rows("edits.types_of", (project, event))
    return dict(rows)


def change_type(db: Connector, project: int, event: str, attribute: str, type_: DataType) -> DataType:
    """Change the type of an attribute; return its previous type. Raises UnknownName."""
    before = type_of(db, project, event, attribute)
    if before is None:
        raise UnknownName
    db.run("edits.set_type", (project, event, attribute, type_))
    # They were counted against the old type.
    db.run("edits.drop_mismatches", (project, event, attribute))
    db.run("edits.edited")
    return before


def add_alias(db: Connector, project: int, alias: Alias) -> None:
    """Merge a spelling into another name. Raises UnknownName, BadAlias."""
    aliases(db, project).added(alias.event, alias.attribute, alias.canonical)
    if not _known(db, project, alias.event, alias.attribute):
        raise UnknownName
    if alias.attribute:
        # The canonical name may be one that was planned and never sent: it gets the spelling's type and times.
        db.run("edits.add_canonical_attribute", (project, alias.event, alias.attribute, alias.canonical))
    else:
        db.run("edits.add_canonical_event", (project, alias.event, alias.canonical))
    db.run("edits.add_alias", (project, *alias))
    db.run("edits.edited")


def remove_alias(db: Connector, project: int, event: str, attribute: str) -> None:
    """Undo `add_alias`. Raises UnknownName."""
    if not db.run("edits.remove_alias", (project, event, attribute)):
        raise UnknownName
    db.run("edits.edited")


def delete_name(db: Connector, project: int, event: str, attribute: str) -> bool:
    """Delete an event name, an attribute or a trait; return whether it existed. Raises BadAlias."""
    if not _known(db, project, event, attribute):
        return False
    if aliases(db, project).has_spellings(event, attribute):
        raise BadAlias(f"other spellings are merged into {attribute or event!r}: undo that first")
    if attribute:
        for statement in ("delete_attribute", "delete_enforced", "delete_attribute_violations"):
            db.run(f"edits.{statement}", (project, event, attribute))
    else:
        for statement in ("delete_event", "delete_attributes", "delete_all_enforced", "delete_event_violations"):
            db.run(f"edits.{statement}", (project, event))
    db.run("edits.edited")
    return True


def trait_types(db: Connector, project: int, trait: str) -> tuple[dict[str, int], bool]:
    """Count the values of a trait by type over member profiles; also return whether all profiles were read."""
    counts: dict[str, int] = {}
    rows: Any = db.walk("edits.trait_values", (project, trait, PROFILES_CHECKED))
    for (value,) in rows:
        found = data_type(msgspec.json.decode(value))
        if found is not None:
            counts[found] = counts.get(found, 0) + 1
    return counts, db.value("edits.profiles_beyond", (PROFILES_CHECKED,)) is None


def _known(db: Connector, project: int, event: str, attribute: str) -> bool:
    if attribute:
        return type_of(db, project, event, attribute) is not None
    return db.value("edits.has_event", (project, event)) is not None
