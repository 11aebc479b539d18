"""The event store on chDB (`passerby.event_store.protocol.EventStore`).

A batch is stored exactly once: it is written as one part, which is stored as a whole or not at all, so a query for its
first row, before every write, shows whether the batch is stored. (The engine's own deduplication is not used: it
records a token *before* the part is in place and without fsync, so after a crash it can reject rows that it lacks.)
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from passerby.event_store.chdb import change_rows, marker, repair
from passerby.event_store.chdb.connections import Engine, Value
from passerby.event_store.chdb.lock import Lock
from passerby.event_store.chdb.marker import Marker
from passerby.event_store.chdb.rows import (
    count_of,
    counts_of,
    daily_counts_of,
    decode,
    first_of,
    names_of,
    pieces,
    probes,
    profiles_of,
)
from passerby.event_store.protocol import (
    ANY,
    Cursor,
    DailyCount,
    EventCounts,
    EventFilter,
    EventStoreBroken,
    StoredChange,
)
from passerby.messages import StoredEvent
from passerby.positions import START, Position, Positions
from passerby.storage import sql

_SQL: Final = sql.load("passerby.event_store.chdb", "queries.sql")
PIECE_BYTES: Final = 16 << 20
"""Largest part written at once: the engine holds several copies of it in memory. A larger batch is divided, always in
the same way, and each piece is looked up by its own first row."""
REPAIR_PAUSE_SECONDS: Final = 300.0
"""Time between two repairs, each of which reads every byte: a fault that a repair cannot remove must not repeat it."""
_TIMELINES: Final[Mapping[tuple[str, ...], str]] = {
    conditions: "\n".join(_SQL[part] for part in ("timeline", *conditions, "timeline_end"))
    for conditions in ((), ("timeline_only",), ("timeline_before",), ("timeline_only", "timeline_before"))
}
"""Statements of a timeline by their conditions."""
_LONGEST: Final = (1 << 63) - 1


class ChdbEventStore:
    """An open event store, with the methods by which its sink writes, refills and repairs it."""

    def __init__(self, folder: Path, engine: Engine, lock: Lock, known: Marker) -> None:
        """Use an engine that has the table; `passerby.event_store.chdb.opening` creates it. Closes it and the lock."""
        self._folder = folder
        self._engine = engine
        self._lock = lock
        self._writing = threading.Lock()
        self.marker = known
        """Progress that is durably recorded."""
        self.visible = Positions.parse(known.positions)
        """Log positions up to which every event can be read. May be read from any thread."""
        self._damaged = repair.is_damaged(engine)
        self._repair_again_at = float("-inf")

    @property
    def refilling(self) -> bool:
        """Whether rows that were delivered before may be missing."""
        return self.marker.refilling

    @property
    def damaged(self) -> bool:
        """Whether damage was found, and the last repair is long enough ago to attempt another."""
        return self._damaged and time.monotonic() >= self._repair_again_at

    def write(self, rows: bytes, token: str) -> None:  # noqa: ARG002 - the first row says what a token would
        """Store a batch; see the protocol. Raises EventStoreFailed or EventStoreBroken."""
        with self._writing:
            for piece in pieces(rows, PIECE_BYTES):
                first = first_of(piece)
                if not self._query("holds", position=first.position, id=first.id):
                    self._insert("write", piece)

    def refill(self, rows: bytes) -> None:
        """Store the missing rows of a batch, whatever batches they were written in before."""
        with self._writing:
            for piece in pieces(rows, PIECE_BYTES):
                self._insert("refill", piece)

    def write_changes(self, rows: bytes) -> None:
        """Store changes (`change_rows`), as `write` stores events."""
        with self._writing:
            for piece in pieces(rows, PIECE_BYTES):
                first = change_rows.first_of(piece)
                place: dict[str, Value] = {"project": first.project, "position": first.position}
                if not self._query("holds_change", **place, kind=first.kind, member=first.member, body=first.body):
                    self._insert("write_changes", piece)

    def refill_changes(self, rows: bytes) -> None:
        """Store the missing changes of a batch, as `refill` stores events."""
        with self._writing:
            for piece in pieces(rows, PIECE_BYTES):
                self._insert("refill_changes", piece)

    def changes(self, project: int, after: Position, limit: int) -> list[StoredChange]:
        return change_rows.changes_of(self._query("changes", project=project, after=after, limit=limit))

    def delete(self, project: int, profiles: Sequence[str]) -> None:
        """Delete all events and changes of these profiles before returning.

        Raises EventStoreFailed or EventStoreBroken. May be repeated after an interruption: what remains of the earlier
        mutations is cancelled first.
        """
        with self._writing, self._noticing():
            self._engine.insert(_SQL["cancel_deletions"])
            self._engine.insert(_SQL["delete_events"], project=project, profiles=profiles)
            erased = change_rows.ERASED
            self._engine.insert(_SQL["delete_changes"], project=project, profiles=profiles, erased=erased)

    def refilled(self) -> None:
        """Record that every row of the outbox is stored."""
        self.remember(refilling=False)

    def remember(self, **changed: Any) -> None:
        """Record these fields of the marker durably. Writes nothing where none has changed."""
        fresh = msgspec.structs.replace(self.marker, **changed)
        if fresh != self.marker:
            marker.write(self._folder, fresh)
            self.marker = fresh

    def repair(self) -> bool:
        """Detach unreadable parts; if any were detached, mark the store for refill and return True."""
        with self._writing:
            before = self.marker
            # Before the repair: if the process is killed during it, the next one must refill the store.
            self.remember(refilling=True, row=0, positions=str(START))
            detached = repair.repair(self._engine, self._folder) > 0
            if detached:
                self.visible = START
            else:
                self.remember(**msgspec.structs.asdict(before))
            # A repair that found nothing has to end, too: the next one is at least a pause later.
            self._damaged = False
            self._repair_again_at = time.monotonic() + REPAIR_PAUSE_SECONDS
            return detached

    def timeline(
        self,
        project: int,
        profiles: Sequence[str],
        *,
        limit: int,
        before: Cursor | None = None,
        only: EventFilter = ANY,
    ) -> list[StoredEvent]:
        """Return a page of a timeline; see the protocol."""
        known = [profile for profile in profiles if _is_id(profile)]
        if not known or limit < 1:
            return []
        asked: dict[str, Value] = {"project": project, "profiles": known, "limit": limit}
        conditions: tuple[str, ...] = ()
        if only != ANY:
            asked |= only._asdict()
            conditions += ("timeline_only",)
        if before is not None:
            if not _is_id(before.id):
                return []
            # A cursor is a client's: a time outside the 64-bit column would be an error of the engine.
            asked |= {"time": min(max(before.time, -_LONGEST), _LONGEST), "id": before.id}
            conditions += ("timeline_before",)
        return [decode(row) for row in self._run(_TIMELINES[conditions], asked)]

    def earliest(self, project: int, profiles: Sequence[str], *, limit: int) -> list[StoredEvent]:
        """Return the oldest events of these profiles; see the protocol."""
        known = [profile for profile in profiles if _is_id(profile)]
        if not known:
            return []
        return [decode(row) for row in self._query("earliest", project=project, profiles=known, limit=limit)]

    def counts(self, project: int, profiles: Sequence[str], *, names: int) -> EventCounts:
        """Count the events of these profiles by name; see the protocol."""
        known = [profile for profile in profiles if _is_id(profile)]
        return counts_of(self._query("counts_of", project=project, profiles=known, limit=names + 1))

    def event(self, project: int, id: str, profiles: Sequence[str] = ()) -> StoredEvent | None:  # noqa: A002 - as in the protocol
        """Return an event by its id; see the protocol."""
        if not _is_id(id):
            return None
        known = [profile for profile in profiles if _is_id(profile)]
        if not known:  # two short reads: without a profile, the id is not in the table's order
            known = profiles_of(self._query("profile_of", project=project, id=id))
        rows = self._query("event_of", project=project, id=id, profiles=known) if known else []
        return decode(rows[0]) if rows else None

    def count(self, project: int, name: str, attribute: str = "", value: str = "") -> int:
        """Count the events with this name and this value of an attribute; see the protocol."""
        if not attribute:
            return count_of(self._query("count_name", project=project, name=name))
        text, json = probes(value)
        query = "count_value_by_simdjson" if "\0" in attribute else "count_value"
        found = self._query(query, project=project, name=name, attribute=attribute, text=text, json=json)
        return count_of(found)

    def value_types(self, project: int, name: str, attribute: str) -> dict[str, int]:
        """Count the values of an attribute by data type; see the protocol."""
        if "\0" in attribute:  # the engine's parser ends a name at NUL and would count another attribute
            return {}
        return names_of(self._query("value_types", project=project, name=name, attribute=attribute))

    def daily_counts(self, project: int, since: int) -> list[DailyCount]:
        """Count events by name and day since a time; see the protocol."""
        return daily_counts_of(self._query("daily_counts", project=project, since=since))

    def total(self, project: int) -> int:
        """Count the events of this project."""
        return count_of(self._query("total", project=project))

    def close(self) -> None:
        """Close the engine and release the lock of the folder."""
        self._engine.close()
        self._lock.release()

    def _insert(self, statement: str, rows: bytes) -> None:
        # A file in memory: its rows need no escaping, as they would in a statement, and a crash leaves no file.
        with self._noticing(), os.fdopen(os.memfd_create("events"), "wb") as file:
            file.write(rows)
            file.flush()
            self._engine.insert(_SQL[statement], file=f"/proc/self/fd/{file.fileno()}")

    def _query(self, statement: str, **parameters: Value) -> list[bytes]:
        return self._run(_SQL[statement], parameters)

    def _run(self, text: str, parameters: Mapping[str, Value]) -> list[bytes]:
        with self._noticing():
            return self._engine.query(text, **parameters).splitlines()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        """Context manager: damage that a statement finds marks the store for repair, which its sink starts."""
        try:
            yield
        except EventStoreBroken:
            self._damaged = True
            raise


def _is_id(text: str) -> bool:
    """Return whether this is a UUID in canonical form; no other text is an id, and the engine would raise for it."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
