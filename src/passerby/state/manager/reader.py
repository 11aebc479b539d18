"""The reading end of the state, over a connector."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import groupby, islice
from typing import Any

import msgspec

from passerby.catalogue.aliases import Aliases
from passerby.catalogue.types import DataType
from passerby.identity.snapshot import IdentitySnapshot
from passerby.identity.stage import Stage
from passerby.messages import Identifier
from passerby.positions import Positions
from passerby.profiles import testing
from passerby.profiles.activity import Activity
from passerby.profiles.traits import Versioned, respelled
from passerby.profiles.view import MemberRecord, Profile, ProfileIdentifier, fold_profile
from passerby.state.manager import backfills, deletion, edits, merges, search, series
from passerby.state.manager.catalogue import newest_violations, read_catalogue
from passerby.state.manager.connector import Connector
from passerby.state.manager.explain import chain, entry_of, held, made_by
from passerby.state.manager.ids import to_blob, to_text
from passerby.state.manager.pairs import Pairs
from passerby.state.manager.progress import read_positions
from passerby.state.manager.read_snapshot import ManagedSnapshot
from passerby.state.manager.records import read_records
from passerby.state.manager.rejections import rejected_trait
from passerby.state.records import IdentityRecords
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

MOST_TEST_PROFILES = 1_000
"""Test profiles that are counted and hidden. Further ones are treated as real profiles, to bound the work."""

_context = msgspec.json.Decoder(dict[str, Versioned]).decode


class ManagedStateReader:
    """Reads the state (`passerby.state.views.StateReader`), with one connector per thread."""

    def __init__(self, connect: Callable[[], Connector]) -> None:
        self._connect = connect
        self._local = threading.local()
        self._connectors: list[Connector] = []

    @contextmanager
    def _snapshot(self) -> Iterator[Connector]:
        """Context manager: this thread's connector, within a snapshot."""
        db: Connector | None = getattr(self._local, "db", None)
        if (
            db is None
        ):  # a connection must not be used by two threads at a time, and opening one takes longer than a read
            db = self._local.db = self._connect()
            self._connectors.append(db)
        with db.snapshot():
            yield db

    @contextmanager
    def snapshot(self) -> Iterator[ManagedSnapshot]:
        with self._snapshot() as db:
            yield ManagedSnapshot(db)

    def positions(self) -> Positions:
        with self._snapshot() as db:
            return read_positions(db)

    def profile(self, project: int, profile: str) -> Profile | None:
        with self._snapshot() as db:
            canonical = _canonical(db, project, profile)
            return None if canonical is None else _profile(db, canonical)

    def canonical(self, project: int, profiles: Iterable[str]) -> dict[str, str]:
        with self._snapshot() as db:
            found = ((profile, _canonical(db, project, profile)) for profile in profiles)
            return {profile: to_text(canonical) for profile, canonical in found if canonical is not None}

    def outbox_end(self) -> int:
        with self._snapshot() as db:
            return int(db.value("reader.outbox_end"))

    def profile_of(self, project: int, identifier: Identifier) -> Profile | None:
        with self._snapshot() as db:
            found = held(db, project, identifier)
            return None if found is None else _profile(db, found.owner)

    def members(self, project: int, profile: str) -> list[str]:
        with self._snapshot() as db:
            return [to_text(member) for member in _members(db, project, profile)]

    def profiles(
        self, project: int, *, limit: int, stage: Stage | None = None, before: str | None = None, test: bool = True
    ) -> list[Profile]:
        cursor = search.NEWEST if before is None else to_blob(before)
        query, bindings = ("newest", ()) if stage is None else ("newest_of_stage", (int(stage),))
        with self._snapshot() as db:
            hidden = set() if test else _test_profiles(db, project).keys()
            most = limit + len(hidden)  # so many at least are left when the hidden ones are taken out
            rows: list[Any] = db.rows(f"reader.{query}", (project, cursor, most, *bindings))
            return [_profile(db, id_) for id_ in [id_ for (id_,) in rows if id_ not in hidden][:limit]]

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
        with self._snapshot() as db:
            hidden = frozenset[bytes]() if test else frozenset(_test_profiles(db, project))
            query = search.Query(project, text, stage, phone_country, hidden)
            found, cursor = search.find(db, query, limit, after)
            return SearchPage([_profile(db, id_) for id_ in found], cursor)

    def test_profiles(self, project: int) -> dict[str, Stage]:
        with self._snapshot() as db:
            found = _test_profiles(db, project)
            return {to_text(id_): Stage(stage) for id_, stage in found.items()}

    def test_data(self, project: int) -> Deletion:
        with self._snapshot() as db:
            return deletion.preview(db, project)

    def indexing(self) -> bool:
        with self._snapshot() as db:
            return "search_terms" in backfills.pending(db)

    def history(self, project: int, profile: str, *, limit: int, after: int = 0) -> HistoryPage | None:
        with self._snapshot() as db:
            members = _members(db, project, profile)
            if not members:
                return None
            # Decisions from and to each member, sorted; a merge of two members is in both lists. One more than the
            # limit tells whether there is a next page.
            parts: Iterator[list[Any]] = (
                db.rows(f"reader.{query}", (member, after, limit + 1))
                for query in ("history_to", "history_from")
                for member in members
            )
            numbers = [number for (number,), _ in islice(groupby(heapq.merge(*parts)), limit + 1)]
            entries = [entry_of(db.rows("reader.decision", (number,))[0]) for number in numbers[:limit]]
            return HistoryPage(entries, numbers[limit - 1] if len(numbers) > limit else None)

    def why(self, project: int, profile: str, identifier: Identifier) -> list[HistoryEntry] | None:
        with self._snapshot() as db:
            canonical = _canonical(db, project, profile)
            return None if canonical is None else chain(db, project, canonical, identifier)

    def decisions(self, project: int, message_id: str, profiles: Sequence[str]) -> list[HistoryEntry]:
        with self._snapshot() as db:
            return made_by(db, project, message_id, map(to_blob, profiles))

    def merges(self, project: int, *, limit: int, undone: bool | None = None, before: str | None = None) -> list[Merge]:
        cursor = search.NEWEST if before is None else to_blob(before)
        with self._snapshot() as db:
            return merges.newest(db, project, cursor, limit, undone)

    def merge(self, project: int, merge_id: str) -> MergeDetail | None:
        with self._snapshot() as db:
            return merges.one(db, project, to_blob(merge_id))

    def known(self, project: int, identifiers: Iterable[Identifier], hints: Iterable[Identifier]) -> IdentitySnapshot:
        with self.snapshot() as snapshot:
            return snapshot.known(project, identifiers, hints)

    def duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        with self._snapshot() as db:
            return _pairs(db, project).open(limit, after)

    def dismissed_duplicates(self, project: int, *, limit: int, after: DuplicatePlace | None = None) -> DuplicatesPage:
        with self._snapshot() as db:
            return _pairs(db, project).dismissed(limit, after)

    def duplicate(self, project: int, one: str, other: str) -> Duplicate | None:
        with self._snapshot() as db:
            return _pairs(db, project).one(one, other)

    def catalogue(self, project: int, *, limit: int, after: str = "") -> Catalogue:
        with self._snapshot() as db:
            return read_catalogue(db, project, limit, after)

    def aliases(self, project: int) -> Aliases:
        with self._snapshot() as db:
            return edits.aliases(db, project)

    def attribute_type(self, project: int, event: str, attribute: str) -> DataType | None:
        with self._snapshot() as db:
            return edits.type_of(db, project, event, attribute)

    def attribute_types(self, project: int, event: str) -> dict[str, DataType]:
        with self._snapshot() as db:
            return edits.types_of(db, project, event)

    def trait_types(self, project: int, trait: str) -> tuple[dict[str, int], bool]:
        with self._snapshot() as db:
            return edits.trait_types(db, project, trait)

    def series(self, project: int, begin: int, end: int, step: int) -> list[SeriesPoint]:
        with self._snapshot() as db:
            return series.read(db, project, begin, end, step)

    def violations(self, project: int, limit: int) -> NewestViolations:
        with self._snapshot() as db:
            return newest_violations(db, project, limit)

    def totals(self, project: int) -> Totals:
        with self._snapshot() as db:
            counted: dict[str, Any] = dict(db.rows("reader.totals", (project,)))
            known = {name: counted[name] for name in Totals._fields if name in counted}
            return Totals(**known | {"positions": read_positions(db)})

    def identity_records(self, project: int) -> IdentityRecords:
        with self._snapshot() as db:
            return read_records(db, project)

    def close(self) -> None:
        """Close every thread's connector. The caller ensures that no thread is reading."""
        for db in self._connectors:
            db.close()


def _test_profiles(db: Connector, project: int) -> dict[bytes, int]:
    """Return the test profiles of a project, with their stages."""
    return dict(db.rows("reader.test_profiles", (project, testing.PREFIX, testing.END, MOST_TEST_PROFILES)))


def _canonical(db: Connector, project: int, profile: str) -> bytes | None:
    canonical: bytes | None = db.value("reader.canonical", (project, to_blob(profile)))
    return canonical


def _pairs(db: Connector, project: int) -> Pairs:
    return Pairs(db, project, lambda profile: _profile(db, profile))


def _members(db: Connector, project: int, profile: str) -> list[bytes]:
    """Return the canonical profile and everything merged into it; empty for an unknown id."""
    canonical = _canonical(db, project, profile)
    return [id_ for (id_,) in db.rows("reader.member_ids", (canonical,))] if canonical else []


def _profile(db: Connector, canonical: bytes) -> Profile:
    spellings = edits.trait_spellings(db, canonical)
    members = []
    for row in db.rows("reader.members", (canonical,)):
        id_, merge_id, user_id, stage, first_seen, last_seen, event_count, context, merged_at = row
        traits = {
            name: Versioned(msgspec.json.decode(value), *version)
            for name, value, *version in db.rows("reader.traits", (id_,))
        }
        rejected = {
            name: Versioned(rejected_trait(value, kind, detail), *version)
            for name, value, kind, detail, *version in db.rows("reader.rejected_traits", (id_,))
        }
        members.append(
            MemberRecord(
                id=to_text(id_),
                activity=Activity(first_seen, last_seen, event_count),
                stage=Stage(stage),
                user_id=user_id,
                # Recorded under the names as sent: an alias that is removed gives each spelling its value back.
                traits=dict(respelled(traits, spellings)),
                rejected=dict(respelled(rejected, spellings)),
                context=_context(context),
                merge_id=None if merge_id is None else to_text(merge_id),
                merged_at=merged_at,
            )
        )
    identifiers = [
        ProfileIdentifier(namespace=namespace, value=value, scope=scope, first_seen=first, last_seen=last)
        for namespace, value, scope, first, last in db.rows("reader.identifiers", (canonical,))
    ]
    return fold_profile(members[0], members[1:], identifiers)  # the first row is the canonical profile's own
