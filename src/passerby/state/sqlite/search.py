"""Finding profiles by a text: those with an identifier that begins so, then those with a trait that contains it.

A search is a row of scans. Each walks its rows from a key onwards and names the profile behind every row; a profile is
found at the first of all rows that lead to it, so that no page has to know the pages before it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple, Protocol

import apsw
import msgspec

from passerby import sql
from passerby.profiles.stage import Stage
from passerby.state.sqlite.ids import to_blob, to_text
from passerby.state.views import SearchKey

_READER = sql.load("passerby.state.sqlite", "reader.sql")
_SEARCH = sql.load("passerby.state.sqlite", "search.sql")

EXAMINED = 2_000
"""Rows that one page of results may look at."""

NEWEST = b"\xff" * 16
"""Behind this no profile id lies: where a walk from the newest to the oldest begins."""

Key = tuple[str, ...]


class Scan(Protocol):
    """One way of finding profiles."""

    def rows(self, after: Key | None) -> Iterator[tuple[Key, bytes]]:
        """Key and profile of each row behind `after` (None: from the first)."""

    def first(self, profile: bytes) -> Key | None:
        """The key of the first row that leads to this profile, if any does."""


class IdentifierScan(NamedTuple):
    """Identifiers whose value begins with `text`, in the order of their values."""

    connection: apsw.Connection
    project: int
    text: str

    def rows(self, after: Key | None) -> Iterator[tuple[Key, bytes]]:
        bindings = (self.text, self.project, *(after or (self.text, "", "")))
        for *key, profile in self.connection.execute(_SEARCH["identifiers"], bindings):
            yield tuple(key), profile

    def first(self, profile: bytes) -> Key | None:
        return self.connection.execute(_SEARCH["first_identifier"], (self.text, profile)).fetchone()


class TraitScan(NamedTuple):
    """Profiles, the newest first, that have a string trait containing `text`, whatever the case of ASCII letters."""

    connection: apsw.Connection
    project: int
    text: str

    def rows(self, after: Key | None) -> Iterator[tuple[Key, bytes]]:
        before = to_blob(after[0]) if after else NEWEST
        for (profile,) in self.connection.execute(_READER["newest"], (self.project, before, -1)):
            yield (to_text(profile),), profile

    def first(self, profile: bytes) -> Key | None:
        needle = msgspec.json.encode(self.text)[1:-1].lower().decode()
        found = self.connection.execute(_SEARCH["has_trait"], (needle, profile)).fetchone()
        return (to_text(profile),) if found else None


class Query(NamedTuple):
    """What is looked for."""

    project: int
    text: str
    stage: Stage | None = None


def find(
    connection: apsw.Connection, query: Query, limit: int, after: SearchKey | None
) -> tuple[list[bytes], SearchKey | None]:
    """The canonical profiles on one page of results, and the key behind which to go on. See `StateReader.search`."""
    scans = _scans(connection, query)
    found: list[bytes] = []
    last = after
    for examined, (place, profile) in enumerate(_rows(scans, after)):
        if len(found) == limit or examined == EXAMINED:
            return found, last
        last = place
        if _first(scans, profile) == place and _has_stage(connection, profile, query.stage):
            found.append(profile)
    return found, None


def _scans(connection: apsw.Connection, query: Query) -> list[Scan]:
    spellings = dict.fromkeys((query.text, query.text.lower()))
    by_identifier = [IdentifierScan(connection, query.project, one) for one in spellings]
    return [*by_identifier, TraitScan(connection, query.project, query.text)]


def _rows(scans: list[Scan], after: SearchKey | None) -> Iterator[tuple[SearchKey, bytes]]:
    start, key = after or (0, None)
    for number, scan in enumerate(scans[start:], start):
        for row_key, profile in scan.rows(key if number == start else None):
            yield SearchKey(number, row_key), profile


def _first(scans: Iterable[Scan], profile: bytes) -> SearchKey | None:
    for number, scan in enumerate(scans):
        if (key := scan.first(profile)) is not None:
            return SearchKey(number, key)
    return None


def _has_stage(connection: apsw.Connection, profile: bytes, stage: Stage | None) -> bool:
    return stage is None or connection.execute(_SEARCH["stage"], (profile,)).get == stage
