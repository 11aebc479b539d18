"""Records contact values that several profiles share (`shared_contacts`), and dismissals of duplicates.

Nothing is merged. A value is recorded in the transaction that gives it to a second profile. Readers check whether the
profiles are still separate, and the worker deletes values that are no longer shared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from passerby.messages import Identifier
from passerby.profiles.contacts import term_of
from passerby.profiles.hashed import LENGTHS, hash_length, hashes, may_be_uuid
from passerby.state.manager.connector import Connector
from passerby.state.manager.identity_snapshot import canonical
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.protocol import ManualDecision, SameProfile, UnknownDismissal, UnknownProfile

MEMBERS_READ: Final = 200
"""Members with one value that are read. A value with more is a placeholder."""
PROFILES: Final = 20
"""Profiles that may share a value. A value with more (an office's number, a placeholder) does not identify a user."""
SWEPT: Final = 200
"""Shared values that one sweep checks."""

Row = tuple[int, str, str, bytes, str]
"""Of `search_terms`: project, kind, value, member, source."""


class Shared(NamedTuple):
    """A value that several profiles share."""

    project: int
    kind: str
    value: str


def record(db: Connector, rows: Iterable[Row]) -> None:
    """Record which of these terms, just given to members, other profiles have as well."""
    lengths: dict[int, list[int]] = {}
    for project, kind, value, member, _ in rows:
        if kind == "name":  # many people share a name
            continue
        others = _others(db, Shared(project, kind, value), member)
        if kind == "email":
            if project not in lengths:
                lengths[project] = _lengths(db, project)
            if lengths[project]:
                others += _hash(db, project, value, lengths[project])
        _share_if_apart(db, Shared(project, kind, value), member, others)


def attach(db: Connector, project: int, attached: Iterable[tuple[Identifier, bytes]]) -> bool:
    """Record new customer ids that are e-mail addresses or hashes of them.

    Returns whether a backfill was requested: the project's first id that looks like a hash.
    """
    requested = False
    for identifier, profile in attached:
        value = identifier.value
        if identifier.namespace != "user_id":
            continue
        if "@" in value:
            term = term_of("email", value)
            if term is not None:
                db.run("duplicates.address_as_id", (project, term.value, profile))
                record(db, [(project, *term, profile, "user_id")])
            continue
        length = hash_length(value)
        if length and length in _lengths(db, project):
            row: Any = db.row("duplicates.address_of", (project, bytes.fromhex(value)))
            if row is not None:
                shared = Shared(project, "email", row[0])
                _share_if_apart(db, shared, profile, _others(db, shared, profile))
        elif length and not may_be_uuid(value):  # a UUID without hyphens is no sign that the project hashes addresses
            db.run("duplicates.count_hashed", (project, f"hashed_ids_{length}"))
            db.run("duplicates.request_hashes")
            requested = True
    return requested


def record_user_ids(db: Connector, project: int, profile: bytes) -> None:
    """Call `attach` for the customer ids that a profile already has."""
    rows: list[Any] = db.rows("duplicates.user_ids", (profile,))
    attach(db, project, [(Identifier("user_id", value), profile) for (value,) in rows])


def _lengths(db: Connector, project: int) -> list[int]:
    return [int(name.rpartition("_")[2]) for (name,) in db.rows("duplicates.lengths", (project,))]


def _hash(db: Connector, project: int, address: str, lengths: Iterable[int]) -> list[bytes]:
    """Store an address's hashes; return the profiles that have one of them as customer id."""
    found = hashes(address)
    db.run_many("duplicates.add_hash", [(project, found[length], address) for length in lengths])
    return _hashed_owners(db, project, [found[length] for length in lengths])


def _hashed_owners(db: Connector, project: int, digests: Iterable[bytes]) -> list[bytes]:
    texts = (text for digest in digests for text in (digest.hex(), digest.hex().upper()))
    owners = (db.row("duplicates.owner", (project, text)) for text in texts)
    found: list[Any] = [owner for owner in owners if owner is not None]
    return [profile for (profile,) in found]


def _share_if_apart(db: Connector, shared: Shared, member: bytes, others: Sequence[bytes]) -> None:
    if others:  # members of one profile may have the same value
        own = canonical(db, member)
        if any(canonical(db, other) != own for other in others):
            db.run("duplicates.share", shared)


def fill_hashes(db: Connector, place: str, limit: int) -> tuple[str | None, int]:
    """Hash the next addresses of a project with hashed customer ids, as a slice of a backfill.

    `place` is a project and an address, separated by a space. Returns where to continue, and how many there were.
    """
    number, _, address = place.partition(" ")
    row: Any = db.row("duplicates.next_hashing", (int(number or 0),))
    if row is None:
        return None, 0
    (project,) = row
    address = address if number == str(project) else ""
    lengths = _lengths(db, project)
    rows: list[Any] = db.rows("duplicates.next_addresses", (project, address, limit))
    for (value,) in rows:
        shared = Shared(project, "email", value)
        for owner in _hash(db, project, value, lengths):
            _share_if_apart(db, shared, owner, _others(db, shared, owner))
    return (f"{project} {rows[-1][0]}" if len(rows) == limit else f"{project + 1} "), len(rows)


def _others(db: Connector, shared: Shared, member: bytes) -> list[bytes]:
    rows: list[Any] = db.rows("duplicates.others", (*shared, member))
    return [other for (other,) in rows]


def profiles_of(db: Connector, shared: Shared) -> list[bytes] | None:
    """Return the profiles that have a value, oldest first; None if there are too many."""
    members: list[Any] = db.rows("duplicates.holders", (*shared, MEMBERS_READ + 1))
    if len(members) > MEMBERS_READ:
        return None
    holders = [member for (member,) in members]
    if shared.kind == "email":
        known = hashes(shared.value)
        holders += _hashed_owners(db, shared.project, [known[length] for length in LENGTHS])
    found = sorted({canonical(db, holder) for holder in holders})
    return found if len(found) <= PROFILES else None


def sweep(db: Connector, place: Shared) -> Shared:
    """Delete the next values that are no longer shared. Returns the place to continue from."""
    found: list[Any] = db.rows("duplicates.next_of_any", (*place, SWEPT))
    rows = list(map(Shared._make, found))
    profiles = ((shared, profiles_of(db, shared)) for shared in rows)
    # A value with too many holders to read (None) stays: it may be shared.
    unshared = [shared for shared, holders in profiles if holders is not None and len(holders) < 2]  # noqa: PLR2004 - a pair
    db.run_many("duplicates.unshare", unshared)
    return rows[-1] if len(rows) == SWEPT else BEGINNING


BEGINNING: Final = Shared(0, "", "")
"""The place before all shared values."""


def dismiss(db: Connector, project: int, one: str, other: str, decision: ManualDecision) -> tuple[str, str]:
    """See `passerby.state.protocol.State.dismiss_duplicate`. Runs within the caller's transaction."""
    first, second = _pair(db, project, one, other)
    db.run("duplicates.dismiss", (project, first, second, decision.at, decision.actor.label, decision.comment))
    return to_text(first), to_text(second)


def restore(db: Connector, project: int, one: str, other: str) -> tuple[str, str]:
    """See `passerby.state.protocol.State.restore_duplicate`. Runs within the caller's transaction."""
    first, second = _pair(db, project, one, other)
    row: Any = db.row("duplicates.dismissal", (project, first, second))
    if row is None:
        raise UnknownDismissal
    while row is not None:  # one each for members that were merged since
        db.run("duplicates.restore", (project, *row[:2]))
        row = db.row("duplicates.dismissal", (project, first, second))
    return to_text(first), to_text(second)


def _pair(db: Connector, project: int, one: str, other: str) -> tuple[bytes, bytes]:
    """Return the canonical profiles of two ids, the older first. Raises UnknownProfile, SameProfile."""
    for profile in (one, other):
        if db.row("duplicates.in_project", (project, to_blob(profile))) is None:
            raise UnknownProfile(profile)
    first, second = sorted(canonical(db, to_blob(profile)) for profile in (one, other))
    if first == second:
        raise SameProfile
    return first, second
