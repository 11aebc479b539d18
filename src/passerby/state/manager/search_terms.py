"""Writes the index of e-mail addresses, phone numbers and names (`search_terms`), within its callers' transactions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec

from passerby.messages import Identifier
from passerby.profiles.contacts import Term, is_contact, term_of, terms_of
from passerby.profiles.traits import Versioned
from passerby.state.manager import duplicates
from passerby.state.manager.connector import Connector
from passerby.state.manager.duplicates import Row
from passerby.state.manager.ids import to_blob

_value: Final = msgspec.json.Decoder().decode
_encode: Final = msgspec.json.Encoder().encode


def index_traits(
    db: Connector, project: int, stated: Mapping[tuple[str, str], Versioned], created: Collection[str]
) -> None:
    """Index the contacts among traits. Must be called before the traits are written.

    `stated` has the newest values of a batch by (profile id, trait), `created` the profiles that are new with it: those
    had no traits before. Of the others the present traits are read, if a contact is stated for them.
    """
    contacts: dict[str, dict[str, Versioned]] = {}
    for key, newest in stated.items():
        if is_contact(key[1]):
            contacts.setdefault(key[0], {})[key[1]] = newest
    added: list[Row] = []
    for profile, traits in contacts.items():
        blob = to_blob(profile)
        rows: list[Any] = [] if profile in created else db.rows("search_terms.stated", (blob,))
        held = {name: (value, time, position) for name, value, time, position in rows}
        changed: dict[str, Any] = {}
        for name, newest in traits.items():
            before = held.get(name)
            # Most clients send the same values at each sign-in: those replace nothing.
            if before is None or (newest[1:] > before[1:] and _encode(newest.value) != before[0].encode()):
                changed[name] = newest.value
        if changed:
            contacts_before = _contacts(rows)
            old, new = terms_of(contacts_before), terms_of(contacts_before | changed)
            db.run_many("search_terms.remove", [(project, *term, blob, "trait") for term in old - new])
            added += [(project, *term, blob, "trait") for term in new - old]
    if added:
        _add(db, added)


def _contacts(rows: Iterable[Any]) -> dict[str, Any]:
    """Return the values of contacts among rows of traits."""
    return {name: _value(value) for name, value, *_ in rows if is_contact(name)}


def attach(db: Connector, project: int, attached: Iterable[tuple[Identifier, bytes]]) -> None:
    """Index the contacts among identifiers that were given to profiles."""
    found = ((term_of(identifier.namespace, identifier.value), profile) for identifier, profile in attached)
    rows = [(project, *term, profile, "identifier") for term, profile in found if term is not None]
    if rows:
        _add(db, rows)


def rehome(db: Connector, project: int, namespace: str, value: str) -> None:
    """Update the index rows of a contact identifier after the identifier moved to another home.

    A merge changes no row here, because readers follow the merge. A row is moved only if its member no longer belongs
    to an owner of the identifier: after a detachment, a reassignment, or the undo of a merge.
    """
    term = term_of(namespace, value)
    if term is None:
        return
    rows: list[Any] = db.rows("search_terms.owners", (project, value, namespace))
    owners: dict[bytes, bytes] = {canonical: home for home, canonical in rows}
    homes: list[Any] = db.rows("search_terms.homes", (project, *term))
    wrong = [home for home, canonical in homes if canonical not in owners]
    missing = owners.keys() - {canonical for _, canonical in homes}
    db.run_many("search_terms.remove", [(project, *term, home, "identifier") for home in wrong])
    _add(db, [(project, *term, owners[canonical], "identifier") for canonical in missing])


def rehome_contacts(db: Connector, project: int, profile: bytes) -> None:
    """Call `rehome` for all contact identifiers of a profile and its members, after an undo separated it."""
    contacts: list[Any] = db.rows("search_terms.contacts_of_members", (profile,))
    for namespace, value in contacts:
        rehome(db, project, namespace, value)


def record_duplicates(db: Connector, project: int, profile: bytes) -> None:
    """Search for duplicates of a profile and its members after an undo separated it."""
    members: list[Any] = db.rows("search_terms.member_ids", (profile,))
    for (member,) in members:
        duplicates.record(db, terms_of_profile(db, project, member))
        duplicates.record_user_ids(db, project, member)


def of_members(db: Connector, profile: bytes) -> set[Term]:
    """Return the terms of a profile and its members, including values that a newer one hides in the folded profile."""
    members: list[Any] = db.rows("search_terms.member_ids", (profile,))
    found: set[Term] = set()
    for (member,) in members:
        found |= terms_of(_contacts(db.rows("search_terms.stated", (member,))))
        identifiers: list[Any] = db.rows("search_terms.contacts_of", (member,))
        found |= {term for identifier in identifiers if (term := term_of(*identifier))}
    return found


def terms_of_profile(db: Connector, project: int, profile: bytes) -> list[Row]:
    """Return the terms of one profile's own traits and contact identifiers, without its members."""
    terms = terms_of(_contacts(db.rows("search_terms.stated", (profile,))))
    found: list[Row] = [(project, *term, profile, "trait") for term in terms]
    identifiers: list[Any] = db.rows("search_terms.contacts_of", (profile,))
    contacts = (term_of(*identifier) for identifier in identifiers)
    return found + [(project, *term, profile, "identifier") for term in contacts if term is not None]


def _add(db: Connector, rows: Sequence[Row]) -> None:
    db.run_many("search_terms.add", rows)
    duplicates.record(db, rows)


def fill(db: Connector, place: str, limit: int) -> tuple[str | None, int]:
    """Index the next profiles after an id (its hexadecimal digits), as a slice of a backfill.

    Returns the id to continue from, None when there are no more profiles, and how many there were.
    """
    profiles: list[Any] = db.rows("search_terms.next_profiles", (bytes.fromhex(place), limit))
    for profile, project in profiles:
        _add(db, terms_of_profile(db, project, profile))
        duplicates.record_user_ids(db, project, profile)
    return (profiles[-1][0].hex() if len(profiles) == limit else None), len(profiles)
