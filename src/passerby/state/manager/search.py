"""Searches profiles by prefix: identifiers, then e-mail addresses, phone numbers and names.

A search is a list of scans. Each walks an index from a cursor onwards and yields the profile of every match. A profile
is listed only at the first of all its matches, so a page does not depend on the pages before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, takewhile
from typing import Any, Final, NamedTuple, Protocol

import msgspec

from passerby.identity.stage import Stage
from passerby.profiles.contacts import Term, sought, term_of, terms_of
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
            self._held[profile] = self._read(profile)
        members, terms = self._held[profile]
        values = sorted({value for kind, value in terms if kind == prefix.kind and value.startswith(prefix.value)})
        keys = ((value, member) for value in values for member in members)
        return next((key for key in keys if self._indexed(prefix.kind, *key)), None)

    def _read(self, profile: bytes) -> tuple[list[bytes], set[Term]]:
        rows = self._db.rows
        members: list[bytes] = sorted(id_ for (id_,) in rows("reader.member_ids", (profile,)))
        terms = set[Term]()
        for member in members:
            terms |= terms_of({name: _value(value) for name, value, *_ in rows("reader.traits", (member,))})
        held = (term_of(namespace, value) for namespace, value, *_ in rows("reader.identifiers", (profile,)))
        return members, terms | {term for term in held if term is not None}

    def _indexed(self, kind: str, value: str, member: bytes) -> bool:
        """Return whether the index has this row: not every member has each value, and a backfill may be running."""
        return bool(self._db.value("search.indexed", (self._project, kind, value, member)))


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
            yield TermMatch(self.number, value, to_text(member)), self._canonical(member)

    def first(self, profile: bytes) -> Match | None:
        found = self.contacts.first(profile, self.prefix)
        return found and TermMatch(self.number, found[0], to_text(found[1]))

    def _canonical(self, member: bytes) -> bytes:
        while (into := self.db.value("search.next", (member,))) is not None:
            member = into
        return member


def find(db: Connector, query: Query, limit: int, after: Match | None) -> tuple[list[bytes], Match | None]:
    """Return the canonical profiles on one page, and the cursor of the next page. See `StateReader.search`."""
    scans = _scans(db, query)
    found: list[bytes] = []
    seen = set[bytes]()
    last = after
    for examined, (scan, match, profile) in enumerate(_matches(scans, after)):
        if examined == EXAMINED or (len(found) == limit and profile not in seen):
            return found, last
        last = match
        if profile in seen:  # not its first match
            continue
        seen.add(profile)
        if profile in query.hidden:
            continue
        if _has_stage(db, profile, query.stage) and _is_first(scans, scan, match, profile):
            found.append(profile)
    return found, None


def _scans(db: Connector, query: Query) -> list[Scan]:
    spellings = dict.fromkeys((query.text, query.text.lower()))
    by_identifier = [IdentifierScan(db, query.project, n, text) for n, text in enumerate(spellings)]
    contacts = Contacts(db, query.project)
    prefixes = enumerate(sought(query.text, _country_code(query.phone_country)))
    return [*by_identifier, *(TermScan(db, query.project, n, prefix, contacts) for n, prefix in prefixes)]


def _country_code(region: str | None) -> str:
    """Return the country code of phone numbers in a region, "" for none."""
    if not region:
        return ""
    from phonenumbers import country_code_for_region  # noqa: PLC0415 - slow to load, and needed only here

    return str(country_code_for_region(region))


def _matches(scans: list[Scan], after: Match | None) -> Iterator[tuple[Scan, Match, bytes]]:
    for scan in scans:
        for match, profile in scan.matches(after):
            yield scan, match, profile


def _is_first(scans: list[Scan], scan: Scan, match: Match, profile: bytes) -> bool:
    """Return whether this is the profile's first match. Identifier scans are checked first: they are the cheapest."""
    earlier = takewhile(lambda other: other is not scan, scans)
    return not any(other.first(profile) for other in earlier) and scan.first(profile) == match


def _has_stage(db: Connector, profile: bytes, stage: Stage | None) -> bool:
    found = db.value("search.stage", (profile,))
    return found is not None and stage in {None, found}
