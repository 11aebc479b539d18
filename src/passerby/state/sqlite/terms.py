"""Writes the index of e-mail addresses, phone numbers and names (`search_terms`), within its callers' transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, Final

import apsw
import msgspec

from passerby import sql
from passerby.messages import Identifier
from passerby.profiles.contacts import Term, is_contact, term_of, terms_of
from passerby.profiles.traits import Versioned
from passerby.state.sqlite.ids import to_blob

_SQL: Final = sql.load("passerby.state.sqlite", "terms.sql")
_value: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def state_traits(
    cursor: apsw.Cursor, project: int, stated: Mapping[tuple[str, str], Versioned], created: Collection[str]
) -> None:
    """Index the contacts among traits that are about to be written. Call this before they are.

    `stated` has the newest values of a batch by (profile id, trait), `created` the profiles that are new with it: those
    had no traits before. Of the others the present traits are read, if a contact is stated for them.
    """
    contacts: dict[str, dict[str, Versioned]] = {}
    for key, newest in stated.items():
        if is_contact(key[1]):
            contacts.setdefault(key[0], {})[key[1]] = newest
    for profile, traits in contacts.items():
        blob = to_blob(profile)
        rows: list[Any] = [] if profile in created else cursor.execute(_SQL["stated"], (blob,)).fetchall()
        held = {name: (value, time, position) for name, value, time, position in rows}
        changed = {name: newest.value for name, newest in traits.items() if _changes(held.get(name), newest)}
        if changed:
            before = _contacts(rows)
            old, new = terms_of(before), terms_of(before | changed)
            cursor.executemany(_SQL["remove"], [(project, *term, blob, "trait") for term in old - new])
            cursor.executemany(_SQL["add"], [(project, *term, blob, "trait") for term in new - old])


def _changes(held: tuple[str, int, int] | None, newest: Versioned) -> bool:
    """Whether a stated value replaces the one held, and by another: most clients state the same at each sign-in."""
    if held is None:
        return True
    return newest[1:] > held[1:] and _encode(newest.value) != held[0].encode()


def _contacts(rows: Iterable[Any]) -> dict[str, Any]:
    """The values of the contacts among rows of traits."""
    return {name: _value(value) for name, value, *_ in rows if is_contact(name)}


def attach(cursor: apsw.Cursor, project: int, attached: Iterable[tuple[Identifier, bytes]]) -> None:
    """Index the contacts among identifiers that were given to profiles."""
    found = ((term_of(identifier.namespace, identifier.value), profile) for identifier, profile in attached)
    rows = [(project, *term, profile, "identifier") for term, profile in found if term is not None]
    if rows:
        cursor.executemany(_SQL["add"], rows)


def rehome(cursor: apsw.Cursor, project: int, namespace: str, value: str) -> None:
    """Let a contact identifier's terms belong to the profiles that own it now. Call this after it moved.

    A merge moves nothing here. What else moves an identifier (an undo, a detachment, a reassignment) mostly leaves it
    with a profile of which the term's member is part; where not, the row moves to the owner.
    """
    term = term_of(namespace, value)
    if term is None:
        return
    owners = {owner for (owner,) in cursor.execute(_SQL["owners"], (project, value, namespace)).fetchall()}
    homes: list[Any] = cursor.execute(_SQL["homes"], (project, *term)).fetchall()
    wrong = [home for home, canonical in homes if canonical not in owners]
    missing = owners - {canonical for _, canonical in homes}
    cursor.executemany(_SQL["remove"], [(project, *term, home, "identifier") for home in wrong])
    cursor.executemany(_SQL["add"], [(project, *term, owner, "identifier") for owner in missing])


def rehome_moved(cursor: apsw.Cursor, project: int, merge: bytes) -> None:
    """Likewise for the contact identifiers that a merge moved, after its undo."""
    moved: list[Any] = cursor.execute(_SQL["contacts_moved"], (merge,)).fetchall()
    for namespace, value in moved:
        rehome(cursor, project, namespace, value)


def fill(cursor: apsw.Cursor, place: str, limit: int) -> tuple[str | None, int]:
    """Index the next profiles after an id (its hexadecimal digits), as a slice of a backfill.

    Returns the id to continue from, None when there are no more profiles, and how many there were.
    """
    profiles: list[Any] = cursor.execute(_SQL["next_profiles"], (bytes.fromhex(place), limit)).fetchall()
    rows: list[tuple[int, str, str, bytes, str]] = []
    for profile, project in profiles:
        terms = terms_of(_contacts(cursor.execute(_SQL["stated"], (profile,))))
        rows += [(project, *term, profile, "trait") for term in terms]
        contacts: Iterable[Term | None] = (
            term_of(*contact) for contact in cursor.execute(_SQL["contacts_of"], (profile,))
        )
        rows += [(project, *term, profile, "identifier") for term in contacts if term is not None]
    cursor.executemany(_SQL["add"], rows)
    return (profiles[-1][0].hex() if len(profiles) == limit else None), len(profiles)
