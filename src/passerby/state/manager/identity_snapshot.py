"""Loads identity snapshots: for the worker within its transaction, for a preview within a read snapshot."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec

from passerby.identity.aliases import PREVIOUS_ID, previous_of
from passerby.identity.namespaces import CLASSES, FORMER_USER_ID, IdentifierClass
from passerby.messages import Identifier
from passerby.profiles.traits import Versioned
from passerby.state.manager.connector import Connector
from passerby.state.manager.identity_columns import identity_state_of
from passerby.state.manager.ids import to_text
from passerby.state.protocol import Loaded, SeenInterval

_context = msgspec.json.Decoder(dict[str, Versioned]).decode

_NO_CONTEXT = "{}"

_NEVER_ALIASED = {PREVIOUS_ID} | {
    name for name, class_ in CLASSES.items() if class_ in {IdentifierClass.CONTACT, IdentifierClass.ADVERTISING}
}
"""Namespaces whose values are never looked up as previous ids: aliases name devices and customers."""


def key_of(project: int, identifier: Identifier) -> tuple[int, str, str, str]:
    """Return an identifier as a key, in the column order of the unique index."""
    return project, identifier.value, identifier.namespace, identifier.scope


def load(db: Connector, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> Loaded:
    """See `passerby.state.protocol.State.known`."""
    loaded = Loaded()
    homes: dict[bytes, str] = {}  # the member of each home that is loaded
    unknown: list[Identifier] = []
    for identifier in identifiers:
        if row := identifier_row(db, project, identifier):
            _load_identifier(db, loaded, homes, identifier, row)
        elif identifier.namespace not in _NEVER_ALIASED:
            unknown.append(identifier)
    if unknown and has_aliases(db, project):
        for previous in dict.fromkeys(map(previous_of, unknown)):
            if row := identifier_row(db, project, previous):
                _load_identifier(db, loaded, homes, previous, row)
    for hint in hints:
        rows: list[Any] = db.rows("writer.linked", key_of(project, hint))
        loaded.known.links[hint] = dict.fromkeys(_load_identity_state(loaded, row) for row in rows)
    if db.row("writer.any_separation", (project,)):
        _load_separations(db, loaded, project)
    return loaded


def _load_identifier(
    db: Connector, loaded: Loaded, homes: dict[bytes, str], identifier: Identifier, row: Sequence[Any]
) -> None:
    """Add an identifier, and its home unless `homes` already has that."""
    first, last, handle, home = row
    member = homes.get(home)
    if member is None:
        member = homes[home] = _load_home(db, loaded, home)
    loaded.seen_intervals[identifier] = SeenInterval(first, last, handle)
    loaded.known.homes[identifier] = member
    if identifier.namespace == PREVIOUS_ID:
        loaded.known.aliases.add(identifier.value)


def _load_home(db: Connector, loaded: Loaded, home: bytes) -> str:
    """Load a member and the identity state of its canonical profile; return the member's id."""
    row: Any = db.row("writer.identity_state", (home,))
    *_, context, canonical = row
    if canonical is None:
        return _load_identity_state(loaded, row)
    member = to_text(home)
    loaded.contexts[member] = _context_of(context)
    of_canonical: Any = db.row("writer.identity_state", (canonical,))
    loaded.known.merged[member] = _load_identity_state(loaded, of_canonical)
    return member


def has_aliases(db: Connector, project: int) -> bool:
    """Return whether the project ever had an alias. Without one, unknown identifiers need no second lookup."""
    return db.row("writer.any_alias", (project,)) is not None


def identifier_row(db: Connector, project: int, identifier: Identifier) -> Any:
    """Return an identifier's row: first and last time seen, number, home; None for an unknown one.

    An unknown customer id may be a former one: the id of a profile that lost a manual merge.
    """
    namespace, value, scope = identifier
    row = db.row("writer.identifier", (project, value, namespace, scope))
    if row is None and namespace == "user_id":
        return db.row("writer.identifier", (project, value, FORMER_USER_ID, scope))
    return row


def _load_separations(db: Connector, loaded: Loaded, project: int) -> None:
    for identifier in (*loaded.known.homes, *loaded.known.links):
        pairs: list[tuple[Any, ...]] = db.rows("writer.separations", key_of(project, identifier))
        if pairs:
            loaded.known.separations[identifier] = {
                frozenset(to_text(canonical(db, profile)) for profile in pair) for pair in pairs
            }


def canonical(db: Connector, profile: bytes) -> bytes:
    """Return the canonical profile of a member."""
    row: Any = db.row("writer.canonical", (profile,))
    return row[0] if row else profile


def _load_identity_state(loaded: Loaded, row: Sequence[Any]) -> str:
    """Add a profile's row to `loaded`, unless it is there; return the profile's id."""
    blob, user_id, contacts, held, context = row[:5]
    profile = to_text(blob)
    if profile not in loaded.known.states:
        loaded.known.states[profile] = identity_state_of(profile, user_id, contacts, held)
        loaded.contexts[profile] = _context_of(context)
    return profile


def _context_of(text: str) -> dict[str, Versioned]:
    return {} if text == _NO_CONTEXT else _context(text)
