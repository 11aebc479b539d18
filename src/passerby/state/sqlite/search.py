"""Finding profiles by a text: those with an identifier that begins so, then those with a trait that contains it.

A search is a row of scans. Each walks its matches from a place onwards and names the profile behind every one. A
profile is found at the first of all matches that lead to it, so that no page has to know the pages before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import takewhile
from typing import NamedTuple, Protocol

import apsw
import msgspec

from passerby import sql
from passerby.profiles.stage import Stage
from passerby.state.sqlite.ids import to_blob, to_text
from passerby.state.views import IdentifierMatch, Match, TraitMatch

_READER = sql.load("passerby.state.sqlite", "reader.sql")
_SEARCH = sql.load("passerby.state.sqlite", "search.sql")

EXAMINED = 2_000
"""Matches that one page of results may look at."""

NEWEST = b"\xff" * 16
"""Behind this no profile id lies: where a walk from the newest to the oldest begins."""


class Query(NamedTuple):
    """What is looked for."""

    project: int
    text: str
    stage: Stage | None = None


class Scan(Protocol):
    """One way of finding profiles."""

    def matches(self, after: Match | None) -> Iterator[tuple[Match, bytes]]:
        """Each match behind `after` (None: all) and its profile."""

    def first(self, profile: bytes) -> Match | None:
        """The first match that leads to this profile, if any does."""


class IdentifierScan(NamedTuple):
    """Identifiers whose value begins with `text`, in the order of their values."""

    connection: apsw.Connection
    project: int
    spelling: int
    text: str

    def matches(self, after: Match | None) -> Iterator[tuple[Match, bytes]]:
        place = after or IdentifierMatch(self.spelling, self.text, "", "")
        if isinstance(place, TraitMatch) or place.spelling > self.spelling:
            return
        key = place[1:] if place.spelling == self.spelling else (self.text, "", "")
        for *match, profile in self.connection.execute(_SEARCH["identifiers"], (self.text, self.project, *key)):
            yield IdentifierMatch(self.spelling, *match), profile

    def first(self, profile: bytes) -> Match | None:
        row = self.connection.execute(_SEARCH["first_identifier"], (self.text, profile)).fetchone()
        return row and IdentifierMatch(self.spelling, *row)


class TraitScan(NamedTuple):
    """Profiles, the newest first, that have a string trait containing `text`, whatever the case of ASCII letters."""

    connection: apsw.Connection
    project: int
    text: str

    def matches(self, after: Match | None) -> Iterator[tuple[Match, bytes]]:
        before = to_blob(after.profile) if isinstance(after, TraitMatch) else NEWEST
        for (profile,) in self.connection.execute(_READER["newest"], (self.project, before, -1)):
            yield TraitMatch(to_text(profile)), profile

    def first(self, profile: bytes) -> Match | None:
        needle = msgspec.json.encode(self.text)[1:-1].lower().decode()
        found = self.connection.execute(_SEARCH["has_trait"], (needle, profile)).fetchone()
        return TraitMatch(to_text(profile)) if found else None


def find(
    connection: apsw.Connection, query: Query, limit: int, after: Match | None
) -> tuple[list[bytes], Match | None]:
    """The canonical profiles on one page of results, and where to go on. See `StateReader.search`."""
    scans = _scans(connection, query)
    found: list[bytes] = []
    last = after
    for examined, (scan, match, profile) in enumerate(_matches(scans, after)):
        if len(found) == limit or examined == EXAMINED:
            return found, last
        last = match
        if _is_first(scans, scan, match, profile) and _has_stage(connection, profile, query.stage):
            found.append(profile)
    return found, None


def _scans(connection: apsw.Connection, query: Query) -> list[Scan]:
    spellings = dict.fromkeys((query.text, query.text.lower()))
    by_identifier = [IdentifierScan(connection, query.project, n, text) for n, text in enumerate(spellings)]
    return [*by_identifier, TraitScan(connection, query.project, query.text)]


def _matches(scans: Iterable[Scan], after: Match | None) -> Iterator[tuple[Scan, Match, bytes]]:
    for scan in scans:
        for match, profile in scan.matches(after):
            yield scan, match, profile


def _is_first(scans: Iterable[Scan], scan: Scan, match: Match, profile: bytes) -> bool:
    """Whether no match before this one leads to the same profile. Its own scan is asked first: mostly that says no."""
    earlier = takewhile(lambda other: other is not scan, scans)
    return scan.first(profile) == match and not any(other.first(profile) for other in earlier)


def _has_stage(connection: apsw.Connection, profile: bytes, stage: Stage | None) -> bool:
    return stage is None or connection.execute(_SEARCH["stage"], (profile,)).get == stage
