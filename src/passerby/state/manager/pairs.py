"""Reads possible duplicates: pairs of profiles that share a contact value."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import combinations
from typing import Any, Final

from passerby.identity.decisions import Rule
from passerby.identity.manual_merge import forbidding_rule
from passerby.identity.namespaces import FORMER_USER_ID
from passerby.profiles.contacts import Term, term_of
from passerby.profiles.hashed import hash_length, hashes
from passerby.profiles.view import Profile
from passerby.state.manager import search_terms
from passerby.state.manager.connector import Connector
from passerby.state.manager.duplicates import Shared, profiles_of
from passerby.state.manager.identity_snapshot import identity_state_of
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.views import Dismissal, Duplicate, DuplicatePlace, DuplicatesPage, SharedContact

VALUES_READ: Final = 1_000
"""Shared values that one page reads: some tens of milliseconds."""
PAIRS_READ: Final = 2_000
"""Pairs that one page reads, listed or not."""
BEGINNING: Final = DuplicatePlace("", "", "", "")


Pair = tuple[bytes, bytes]
ReadProfile = Callable[[bytes], Profile]


class Pairs:
    """Reads pairs of one project within one snapshot."""

    def __init__(self, db: Connector, project: int, read: ReadProfile) -> None:
        self._db = db
        self._project = project
        self._read = read

    def open(self, limit: int, after: DuplicatePlace | None) -> DuplicatesPage:
        """See `passerby.state.views.StateReader.duplicates`."""
        place = last = after or BEGINNING
        read = 0
        rows: list[Any] = self._db.rows(
            "duplicates.next_shared", (self._project, place.kind, place.value, VALUES_READ + 1)
        )
        found: list[Duplicate] = []
        for kind, value in rows[:VALUES_READ]:
            begin = b"", b""
            if (
                place.one and place.other and place[:2] == (kind, value)
            ):  # the page begins between two pairs of the value
                begin = to_blob(place.one), to_blob(place.other)
            holders = profiles_of(self._db, Shared(self._project, kind, value)) or ()
            for pair in combinations(holders, 2):
                if pair <= begin:
                    continue
                if len(found) == limit or read == PAIRS_READ:
                    return DuplicatesPage(found, last)
                read += 1
                last = DuplicatePlace(kind, value, to_text(pair[0]), to_text(pair[1]))
                if self._dismissal(pair) is None:
                    duplicate = self._duplicate(pair)
                    # Listed at the first of its shared values only. None is left where a value has changed since.
                    if duplicate.shared[:1] == [SharedContact(kind=kind, value=value)]:
                        found.append(duplicate)
        beyond: list[tuple[str, str]] = rows[VALUES_READ:]
        return DuplicatesPage(found, DuplicatePlace(*beyond[0], "", "") if beyond else None)

    def dismissed(self, limit: int, after: DuplicatePlace | None) -> DuplicatesPage:
        """See `passerby.state.views.StateReader.dismissed_duplicates`."""
        cursor = (to_blob(after.one), to_blob(after.other)) if after else (b"", b"")
        rows: list[Any] = self._db.rows("duplicates.next_dismissals", (self._project, *cursor, limit + 1))
        pairs = (self.one(to_text(one), to_text(other)) for one, other, *_ in rows[:limit])
        found = [pair for pair in pairs if pair is not None]  # the others were merged since
        if len(rows) <= limit:
            return DuplicatesPage(found, None)
        one, other, *_ = rows[limit - 1]
        return DuplicatesPage(found, DuplicatePlace("", "", to_text(one), to_text(other)))

    def one(self, one: str, other: str) -> Duplicate | None:
        """See `passerby.state.views.StateReader.duplicate`."""
        found = [self._db.row("manual_changes.identity_state", (self._project, to_blob(id_))) for id_ in (one, other)]
        rows: list[Any] = [row for row in found if row is not None]
        pair = sorted({row[0] for row in rows})
        return self._duplicate((pair[0], pair[1])) if len(pair) > 1 else None

    def _duplicate(self, pair: Pair) -> Duplicate:
        profiles = [self._read(profile) for profile in pair]
        contacts = [self._contacts(id_, profile) for id_, profile in zip(pair, profiles, strict=True)]
        return Duplicate(
            profiles=profiles,
            shared=sorted(_shared(profiles, contacts)),
            rule=self._rule(pair),
            dismissed=self._dismissal(pair),
        )

    def _contacts(self, id_: bytes, profile: Profile) -> set[Term]:
        """The e-mail addresses and phone numbers of a profile and its members, and customer ids that are addresses."""
        customers = (each.value for each in profile.identifiers if each.namespace in {"user_id", FORMER_USER_ID})
        found = {*search_terms.of_members(self._db, id_), *(term_of("email", value) for value in customers)}
        return {term for term in found if term is not None}

    def _rule(self, pair: Pair) -> Rule | None:
        rows: list[Any] = [self._db.row("manual_changes.identity_state", (self._project, id_)) for id_ in pair]
        one, other = (identity_state_of(to_text(id_), *columns) for id_, *columns in rows)
        return forbidding_rule(one, other)

    def _dismissal(self, pair: Pair) -> Dismissal | None:
        row: Any = self._db.row("duplicates.dismissal", (self._project, *pair))
        return None if row is None else Dismissal(at=row[2], who=row[3], reason=row[4])


def _shared(profiles: Sequence[Profile], contacts: Sequence[set[Term]]) -> set[SharedContact]:
    """Return contacts that both profiles have; an address also counts if the other's customer id is its hash."""
    (one, other), (first, second) = profiles, contacts
    hashed = {term for term in first if _is_hash(other.user_id, term)} | {t for t in second if _is_hash(one.user_id, t)}
    both = (first & second) | hashed
    return {SharedContact(kind=term.kind, value=term.value) for term in both if term.kind != "name"}


def _is_hash(user_id: str | None, term: Term) -> bool:
    """Return whether a customer id is a hash of this address."""
    length = hash_length(user_id or "") if term.kind == "email" else 0
    return length > 0 and hashes(term.value)[length] == bytes.fromhex(user_id or "")
