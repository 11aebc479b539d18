"""Searches profiles by prefix: identifiers, then e-mail addresses, phone numbers and names.

A search is a list of scans. Each walks an index from a cursor onwards and yields the profile of every match. A profile
is listed only at the first of all its matches, so a page does not depend on the pages before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from passerby.identity.stage import Stage
from passerby.profiles.contacts import Term, search_prefixes, term_of, terms_of
from passerby.state.manager.connector import Connector
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.views import IdentifierMatch, Match, TermMatch

_value: Final = msgspec.json.Decoder().decode

EXAMINED = 5_000
"""Matches that one page of results may read. Only a filter by stage, or a page far from the first, reads that many."""

NEWEST = b"\xff" * 16
"""Greater than all profile ids: the cursor before the newest profile."""


class Query(NamedTuple):
    """A search. `phone_country` is the project's, for numbers without a country code."""

    project: int
    text: str
    stage: Stage | None = None
    phone_country: str | None = None
    hidden: frozenset[bytes] = frozenset()
    """Canonical profiles that are left out."""


class Scan(Protocol):
    """One index that a search reads."""

    def matches(self, after: Match | None) -> Iterator[tuple[Match, bytes]]:
        """Yield each match after `after` (None: all) and its canonical profile."""

    def first(self, profile: bytes) -> Match | None:
        """Return the first match of this canonical profile, if any."""


class IdentifierScan(NamedTuple):
    """Identifiers whose value begins with `text`, in the order of their values."""

    db: Connector
    project: int
    spelling: int
    text: str

    def matches(self, after: Match | None) -> Iterator[tuple[Match, bytes]]:
        place = after or IdentifierMatch(self.spelling, self.text, "", "")
        if isinstance(place, TermMatch) or place.spelling > self.spelling:
            return
        key = place[1:] if place.spelling == self.spelling else (self.text, "", "")
        for *match, profile in self.db.walk("search.identifiers", (self.text, self.project, *key)):
            yield IdentifierMatch(self.spelling, *match), profile

    def first(self, profile: bytes) -> Match | None:
        row = self.db.row("search.first_identifier", (self.text, profile))
        return None if row is None else IdentifierMatch(self.spelling, *row)


class Contacts:
    """Caches the indexed terms of profiles and all their members."""

    def __init__(self, db: Connector, project: int) -> None:
        self._db = db
        self._project = project
        self._held: dict[bytes, tuple[list[bytes], set[Term]]] = {}

    def first(self, profile: bytes, prefix: Term) -> tuple[str, bytes] | None:
        """Return value and member of the first index row with this prefix that belongs to a member."""
        if profile not in self._held:
            rows = self._db.rows
            members: list[bytes] = sorted(id_ for (id_,) in rows("reader.member_ids", (profile,)))
            terms = set[Term]()
            for member in members:
                terms |= terms_of({name: _value(value) for name, value, *_ in rows("reader.traits", (member,))})
            held = (term_of(namespace, value) for namespace, value, *_ in rows("reader.identifiers", (profile,)))
            self._held[profile] = members, terms | {term for term in held if term is not None}
        members, terms = self._held[profile]
        values = sorted({value for kind, value in terms if kind == prefix.kind and value.startswith(prefix.value)})
        # The index is asked: not every member has each value, and a backfill may be running.
        keys = ((self._project, prefix.kind, value, member) for value in values for member in members)
        return next((key[2:] for key in keys if self._db.value("search.indexed", key)), None)


class TermScan(NamedTuple):
    """Canonical profiles of members with an indexed term that begins with `prefix`, in the order of the terms."""

    db: Connector
    project: int
    number: int
    prefix: Term
    contacts: Contacts

    def matches(self, after: Match | None) -> Iterator[tuple[Match, bytes]]:
        place: tuple[str, bytes] = (self.prefix.value, b"")
        if isinstance(after, TermMatch):
            if after.scan > self.number:
                return
            if after.scan == self.number:
                place = (after.value, to_blob(after.profile))
        rows: Any = self.db.walk("search.terms", (self.project, *self.prefix, *place))
        for (value, member), _ in groupby(rows):  # a value that a trait and an identifier have in common is two rows
            canonical = member
            while (into := self.db.value("search.next", (canonical,))) is not None:
                canonical = into
            yield TermMatch(self.number, value, to_text(member)), canonical

    def first(self, profile: bytes) -> Match | None:
        found = self.contacts.first(profile, self.prefix)
        return found and TermMatch(self.number, found[0], to_text(found[1]))


def find(db: Connector, query: Query, limit: int, after: Match | None) -> tuple[list[bytes], Match | None]:
    """Return the canonical profiles on one page, and the cursor of the next page. See `StateReader.search`."""
    code = ""
    if query.phone_country:
        from phonenumbers import country_code_for_region  # noqa: PLC0415 - slow to load, and needed only here

        code = str(country_code_for_region(query.phone_country))
    spellings = dict.fromkeys((query.text, query.text.lower()))
    contacts = Contacts(db, query.project)
    # Identifiers first: their scans are the cheapest, also when `first` is asked of all earlier scans.
    scans: list[Scan] = [IdentifierScan(db, query.project, n, text) for n, text in enumerate(spellings)]
    scans += [
        TermScan(db, query.project, n, term, contacts) for n, term in enumerate(search_prefixes(query.text, code))
    ]
    found: list[bytes] = []
    seen = set[bytes]()
    last = after
    matches = ((number, match, profile) for number, scan in enumerate(scans) for match, profile in scan.matches(after))
    for examined, (number, match, profile) in enumerate(matches):
        # Before the cursor moves: the next page begins with this match.
        if examined == EXAMINED or (len(found) == limit and profile not in seen):
            return found, last
        last = match
        if profile in seen:  # not its first match
            continue
        seen.add(profile)
        if profile in query.hidden:
            continue
        stage = db.value("search.stage", (profile,))
        if stage is None or query.stage not in {None, stage}:
            continue
        # Listed at the first of its matches only: so no page has to know what was on the pages before it.
        earlier = any(scan.first(profile) for scan in scans[:number])
        if not earlier and scans[number].first(profile) == match:
            found.append(profile)
    return found, None
