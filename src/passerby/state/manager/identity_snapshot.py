"""Loads identity snapshots, for the worker and for previews; converts identity states to and from columns.

Everything about the identifiers of a batch is read with a statement for all of them, because a query of its own for
each would cost more than the rest of loading.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from passerby.identity.aliases import PREVIOUS_ID, previous_of
from passerby.identity.namespaces import CLASSES, FORMER_USER_ID, IdentifierClass
from passerby.identity.snapshot import IdentityState
from passerby.messages import Identifier
from passerby.profiles.traits import Versioned
from passerby.state.manager.connector import Connector
from passerby.state.manager.ids import to_text
from passerby.state.protocol import Loaded, SeenInterval

Columns = tuple[str | None, str, str, int]
"""`user_id`, `contacts`, `held`, `stage`."""

NO_CONTACTS: Final = "[]"
NO_CONTEXT: Final = "{}"
MEMBERS: Final = ""
"""The key in `held` for the number of members: no namespace is empty. Profiles without members, which most are, have no
such key."""

_NEVER_ALIASED = {PREVIOUS_ID} | {
    name for name, class_ in CLASSES.items() if class_ in {IdentifierClass.CONTACT, IdentifierClass.ADVERTISING}
}
"""Namespaces whose values are never looked up as previous ids: aliases name devices and customers."""

_context = msgspec.json.Decoder(dict[str, Versioned]).decode
_contacts = msgspec.json.Decoder(set[Identifier]).decode
_held = msgspec.json.Decoder(dict[str, int]).decode
_encode = msgspec.json.Encoder().encode


def key_of(project: int, identifier: Identifier) -> tuple[int, str, str, str]:
    """Return an identifier as a key, in the column order of the unique index."""
    return project, identifier.value, identifier.namespace, identifier.scope


def identity_state_of(profile: str, user_id: str | None, contacts: str, held: str) -> IdentityState:
    """Decode the identity state in a profile's row."""
    counted = _held(held)
    members = counted.pop(MEMBERS, 0)
    return IdentityState(profile, user_id, set() if contacts == NO_CONTACTS else _contacts(contacts), counted, members)


def columns_of(state: IdentityState) -> Columns:
    """Encode an identity state for a profile's row."""
    contacts = _encode(sorted(state.contacts)).decode() if state.contacts else NO_CONTACTS
    held = {**state.held, MEMBERS: state.members} if state.members else state.held
    return state.user_id, contacts, _encode(held).decode(), int(state.stage)


def load(db: Connector, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> Loaded:
    """See `passerby.state.protocol.State.known`."""
    loaded = Loaded()
    names = list(identifiers)
    rows = _rows(db, project, names)
    unknown = [name for name in names if name not in rows] if len(rows) < len(names) else []
    if unknown:
        # A former customer id, that of a profile that lost a manual merge, leads to the profile that owns it now.
        former = {name._replace(namespace=FORMER_USER_ID): name for name in unknown if name.namespace == "user_id"}
        rows |= {former[name]: row for name, row in _rows(db, project, list(former)).items()}
        aliased = [name for name in unknown if name.namespace not in _NEVER_ALIASED and name not in rows]
        if aliased and has_aliases(db, project):
            rows |= _rows(db, project, list(dict.fromkeys(map(previous_of, aliased))))
    members = _load_homes(db, loaded, {home for *_, home in rows.values()})
    for identifier, (first, last, handle, home) in rows.items():
        loaded.known.homes[identifier] = members[home]
        loaded.seen_intervals[identifier] = SeenInterval(first, last, handle)
        if identifier.namespace == PREVIOUS_ID:
            loaded.known.aliases.add(identifier.value)
    for hint in hints:
        linked: list[Any] = db.rows("writer.linked", key_of(project, hint))
        loaded.known.links[hint] = dict.fromkeys(_load_identity_state(loaded, row) for row in linked)
    if db.row("writer.any_separation", (project,)):
        for identifier in (*loaded.known.homes, *loaded.known.links):
            pairs: list[tuple[Any, ...]] = db.rows("writer.separations", key_of(project, identifier))
            if pairs:
                # By canonical profiles: a side that was merged into a third one since is separated with all of it.
                loaded.known.separations[identifier] = {
                    frozenset(to_text(canonical(db, profile)) for profile in pair) for pair in pairs
                }
    return loaded


def _rows(db: Connector, project: int, names: Sequence[Identifier]) -> dict[Identifier, Sequence[Any]]:
    """Return the row of each known identifier: first and last time, number, home."""
    rows: dict[Identifier, Sequence[Any]] = {}
    groups: dict[tuple[str, str], list[Identifier]] = {}
    for name in names:
        groups.setdefault((name.namespace, name.scope), []).append(name)
    # A statement for each namespace and scope: SQLite reads an array of texts much faster than one of arrays.
    for (namespace, scope), group in groups.items():
        values = _encode([name.value for name in group]).decode()
        found: list[Any] = db.rows("writer.identifiers", (project, namespace, scope, values))
        for number, *row in found:
            rows[group[number]] = row
    return rows


def _load_homes(db: Connector, loaded: Loaded, homes: Collection[bytes]) -> Mapping[bytes, str]:
    """Load members and the identity states of their canonical profiles; return the members' ids."""
    members: dict[bytes, str] = {}
    merged: dict[str, bytes] = {}
    for row in _profiles(db, homes):
        blob, *_, context, owner = row
        if owner is None:
            members[blob] = _load_identity_state(loaded, row)
            continue
        members[blob] = member = to_text(blob)
        loaded.contexts[member] = _context_of(context)
        merged[member] = owner
    if merged:
        owners = {row[0]: _load_identity_state(loaded, row) for row in _profiles(db, set(merged.values()))}
        loaded.known.merged |= {member: owners[owner] for member, owner in merged.items()}
    return members


def _profiles(db: Connector, ids: Collection[bytes]) -> list[Any]:
    return db.rows("writer.identity_states", (_encode([id_.hex() for id_ in ids]).decode(),)) if ids else []


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
    return {} if text == NO_CONTEXT else _context(text)
