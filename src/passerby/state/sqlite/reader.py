"""The reading end of the state on SQLite."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from pathlib import Path
from typing import Any

import apsw
import msgspec

from passerby import sql
from passerby.catalogue.aliases import Aliases
from passerby.catalogue.types import DataType
from passerby.identity.known import Known
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.positions import Positions
from passerby.profiles import testing
from passerby.profiles.activity import Activity
from passerby.profiles.traits import Versioned, respelled
from passerby.profiles.view import IdentifierRecord, MemberRecord, Profile, fold_profile
from passerby.sqlite import BUSY_TIMEOUT_MS
from passerby.state.sqlite import backfills, deletion, edits, merges, search, series
from passerby.state.sqlite.catalogue import newest_violations, read_catalogue
from passerby.state.sqlite.ids import to_blob, to_text
from passerby.state.sqlite.moment import SqliteMoment
from passerby.state.sqlite.pairs import Pairs
from passerby.state.sqlite.progress import read_positions
from passerby.state.sqlite.rejections import rejected_trait
from passerby.state.sqlite.why import chain, entry_of, held, made_by
from passerby.state.views import (
    Catalogue,
    Deletion,
    Duplicate,
    DuplicatePlace,
    DuplicatesPage,
    HistoryEntry,
    HistoryPage,
    Match,
    Merge,
    MergeDetail,
    NewestViolations,
    SearchPage,
    SeriesPoint,
    Totals,
)

_SQL = sql.load("passerby.state.sqlite", "reader.sql")

MOST_TEST_PROFILES = 1_000
"""Test profiles that are counted and hidden; those beyond are treated as real ones, to bound the work."""

_context = msgspec.json.Decoder(dict[str, Versioned]).decode


class SqliteStateReader:
    """Reads the state's file (`passerby.state.views.StateReader`): one read-only connection for each thread.

    The file must exist, with its tables, when the first verb is called.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []

    @contextmanager
    def _snapshot(self) -> Iterator[apsw.Connection]:
        """One moment of the state, for as many queries as the block makes."""
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = _connect(self._path)
            self._connections.append(connection)
        with connection:
            yield connection

    @contextmanager
    def moment(self) -> Iterator[SqliteMoment]:
        with self._snapshot() as connection:
            yield SqliteMoment(connection.cursor())

    def positions(self) -> Positions:
        with self._snapshot() as connection:
            return read_positions(connection)

    def profile(self, project: int, profile: str) -> Profile | None:
        with self._snapshot() as connection:
            canonical = _canonical(connection, project, profile)
            return None if canonical is None else _profile(connection, canonical)

    def profile_of(self, project: int, identifier: Identifier) -> Profile | None:
        with self._snapshot() as connection:
            found = held(connection, project, identifier)
            return None if found is None else _profile(connection, found.owner)

    def members(self, project: int, profile: str) -> list[str]:
        with self._snapshot() as connection:
            return [to_text(member) for member in _members(connection, project, profile)]

    def profiles(
        self, project: int, *, limit: int, stage: Stage | None = None, before: str | None = None, test: bool = True
    ) -> list[Profile]:
        behind = search.NEWEST if before is None else to_blob(before)
        query, bindings = ("newest", ()) if stage is None else ("newest_of_stage", (int(stage),))
        with self._snapshot() as connection:
            hidden = set() if test else _test_profiles(connection, project).keys()
            wanted = limit + len(hidden)
            rows: list[Any] = connection.execute(_SQL[query], (project, behind, wanted, *bindings)).fetchall()
            return [_profile(connection, id_) for id_ in [id_ for (id_,) in rows if id_ not in hidden][:limit]]

    def search(  # noqa: PLR0913 - the protocol's verb
        self,
        project: int,
        text: str,
        *,
        limit: int,
        stage: Stage | None = None,
        after: Match | None = None,
        phone_country: str | None = None,
        test: bool = True,
    ) -> SearchPage:
        with self._snapshot() as connection:
            hidden = frozenset[bytes]() if test else frozenset(_test_profiles(connection, project))
            query = search.Query(project, text, stage, phone_country, hidden)
            found, behind = search.find(connection, query, limit, after)
            return SearchPage([_profile(connection, id_) for id_ in found], behind)

    def test_profiles(self, project: int) -> dict[str, Stage]:
        with self._snapshot() as connection:
            found = _test_profiles(connection, project)
            return {to_text(id_): Stage(stage) for id_, stage in found.items()}

    def test_data(self, project: int) -> Deletion:
        with self._snapshot() as connection:
            return deletion.preview(connection, project)

    def indexing(self) -> bool:
        with self._snapshot() as connection:
            return "search_terms" in backfills.pending(connection.cursor())

    def history(self, project: int, profile: str, *, limit: int, after: int = 0) -> HistoryPage | None:
        with self._snapshot() as connection:
            members = _members(connection, project, profile)
            return _history(connection, members, limit, after) if members else None

    def why(self, project: int, profile: str, identifier: Identifier) -> list[HistoryEntry] | None:
        with self._snapshot() as connection:
            canonical = _canonical(connection, project, profile)
            return None if canonical is None else chain(connection, project, canonical, identifier)

    def decisions(self, project: int, message_id: str, profiles: Sequence[str]) -> list[HistoryEntry]:
        with self._snapshot() as connection:
            return made_by(connection, project, message_id, map(to_blob, profiles))

    def merges(self, project: int, *, limit: int, undone: bool | None = None, before: str | None = None) -> list[Merge]:
        behind = search.NEWEST if before is None else to_blob(before)
        with self._snapshot() as connection:
            return merges.newest(connection, project, behind, limit, undone)

    def merge(self, project: int, merge_id: str) -> MergeDetail | None:
        with self._snapshot() as connection:
            return merges.one(connection, project, to_blob(merge_id))

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> Known:
        with self.moment() as moment:
            return moment.known(project, identifiers, hints)

    def duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        with self._snapshot() as connection:
            return _pairs(connection, project).open(limit, after)

    def dismissed_duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        with self._snapshot() as connection:
            return _pairs(connection, project).dismissed(limit, after)

    def duplicate(self, project: int, one: str, other: str) -> Duplicate | None:
        with self._snapshot() as connection:
            return _pairs(connection, project).one(one, other)

    def catalogue(self, project: int, *, limit: int, after: str = "") -> Catalogue:
        with self._snapshot() as connection:
            return read_catalogue(connection, project, limit, after)

    def aliases(self, project: int) -> Aliases:
        with self._snapshot() as connection:
            return edits.aliases(connection, project)

    def attribute_type(self, project: int, event: str, attribute: str) -> DataType | None:
        with self._snapshot() as connection:
            return edits.type_of(connection, project, event, attribute)

    def attribute_types(self, project: int, event: str) -> dict[str, DataType]:
        with self._snapshot() as connection:
            return edits.types_of(connection, project, event)

    def trait_types(self, project: int, trait: str) -> tuple[dict[str, int], bool]:
        with self._snapshot() as connection:
            return edits.trait_types(connection, project, trait)

    def series(self, project: int, begin: int, end: int, step: int) -> list[SeriesPoint]:
        with self._snapshot() as connection:
            return series.read(connection, project, begin, end, step)

    def violations(self, project: int, limit: int) -> NewestViolations:
        with self._snapshot() as connection:
            return newest_violations(connection, project, limit)

    def totals(self, project: int) -> Totals:
        with self._snapshot() as connection:
            counted = dict(connection.execute(_SQL["totals"], (project,)))
            known = {name: counted[name] for name in Totals._fields if name in counted}
            return Totals(**known | {"positions": read_positions(connection)})

    def close(self) -> None:
        """Close every thread's connection. Nobody may be reading any more."""
        for connection in self._connections:
            connection.close()


def _connect(path: Path) -> apsw.Connection:
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    connection.set_busy_timeout(BUSY_TIMEOUT_MS)
    return connection


def _test_profiles(connection: apsw.Connection, project: int) -> dict[bytes, int]:
    """The test profiles of a project, with their stages."""
    return dict(connection.execute(_SQL["test_profiles"], (project, testing.PREFIX, testing.END, MOST_TEST_PROFILES)))


def _canonical(connection: apsw.Connection, project: int, profile: str) -> bytes | None:
    canonical: bytes | None = connection.execute(_SQL["canonical"], (project, to_blob(profile))).get
    return canonical


def _pairs(connection: apsw.Connection, project: int) -> Pairs:
    return Pairs(connection, project, lambda profile: _profile(connection, profile))


def _members(connection: apsw.Connection, project: int, profile: str) -> list[bytes]:
    """The canonical profile and everything merged into it; nothing for an unknown id."""
    canonical = _canonical(connection, project, profile)
    return [id_ for (id_,) in connection.execute(_SQL["member_ids"], (canonical,))] if canonical else []


def _profile(connection: apsw.Connection, canonical: bytes) -> Profile:
    rows = connection.execute(_SQL["members"], (canonical,)).fetchall()
    spellings = edits.trait_spellings(connection, canonical)
    first, *absorbed = (_member(connection, row, spellings) for row in rows)
    identifiers = connection.execute(_SQL["identifiers"], (canonical,))
    return fold_profile(first, absorbed, [_identifier(row) for row in identifiers])


def _member(connection: apsw.Connection, row: tuple[Any, ...], spellings: Mapping[str, str]) -> MemberRecord:
    id_, merge_id, user_id, stage, first_seen, last_seen, event_count, context, merged_at = row
    traits = connection.execute(_SQL["traits"], (id_,))
    rejected = connection.execute(_SQL["rejected_traits"], (id_,))
    return MemberRecord(
        id=to_text(id_),
        activity=Activity(first_seen, last_seen, event_count),
        stage=Stage(stage),
        user_id=user_id,
        traits=dict(
            respelled(
                {name: Versioned(msgspec.json.decode(value), *version) for name, value, *version in traits}, spellings
            )
        ),
        rejected=dict(
            respelled(
                {
                    name: Versioned(rejected_trait(value, kind, detail), *version)
                    for name, value, kind, detail, *version in rejected
                },
                spellings,
            )
        ),
        context=_context(context),
        merge_id=_id(merge_id),
        merged_at=merged_at,
    )


def _identifier(row: tuple[Any, ...]) -> IdentifierRecord:
    namespace, value, scope, first_seen, last_seen = row
    return IdentifierRecord(namespace=namespace, value=value, scope=scope, first_seen=first_seen, last_seen=last_seen)


def _history(connection: apsw.Connection, members: list[bytes], limit: int, after: int) -> HistoryPage:
    numbers = list(islice(_numbers(connection, members, limit + 1, after), limit + 1))
    entries = [entry_of(connection.execute(_SQL["decision"], (number,)).fetchall()[0]) for number in numbers[:limit]]
    return HistoryPage(entries, numbers[limit - 1] if len(numbers) > limit else None)


def _numbers(connection: apsw.Connection, members: list[bytes], limit: int, after: int) -> Iterator[int]:
    """The numbers of all members' decisions behind one, in order, each once: up to `limit` of them at least."""
    parts: Iterator[list[Any]] = (
        connection.execute(_SQL[query], (member, after, limit)).fetchall()
        for query in ("history_to", "history_from")
        for member in members
    )
    return (number for (number,), _ in groupby(heapq.merge(*parts)))


def _id(blob: bytes | None) -> str | None:
    return None if blob is None else to_text(blob)
