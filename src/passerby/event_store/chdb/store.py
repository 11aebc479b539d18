"""The event store in this process, on chDB.

How a batch gets in exactly once: it is written as one part, which is there as a whole or not at all, so its first row
tells whether all of it is there. That is asked before every write. (The engine's own deduplication by token notes a
token *before* the part is in place, and without fsync: killed in between, it would refuse rows that it does not have.)
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import msgspec

from passerby.event_store.chdb import marker, repair
from passerby.event_store.chdb.connections import Engine, Value
from passerby.event_store.chdb.lock import Lock
from passerby.event_store.chdb.marker import Marker
from passerby.event_store.chdb.rows import (
    count_of,
    counts_of,
    decode,
    first_of,
    names_of,
    pieces,
    probes,
    profiles_of,
    volumes_of,
)
from passerby.event_store.protocol import ANY, Cursor, EventCounts, EventStoreBroken, Only, Volume
from passerby.messages import StoredEvent
from passerby.positions import START, Positions
from passerby.storage import sql

_SQL: Final = sql.load("passerby.event_store.chdb", "queries.sql")
PIECE_BYTES: Final = 16 << 20
"""What is written as one part, at most: the engine holds it in memory several times over. A larger batch is divided,
always in the same way, and each piece is asked for by its own first row."""
REPAIR_PAUSE_SECONDS: Final = 300.0
"""Time between two attempts to repair, which reads every byte."""
_TIMELINES: Final = {
    (False, False): "timeline",
    (False, True): "timeline_before",
    (True, False): "timeline_only",
    (True, True): "timeline_only_before",
}
"""The statement for a timeline by whether it is of some events only, and whether it begins behind a place."""
_LONGEST: Final = (1 << 63) - 1


class ChdbEventStore:
    """An open event store (`passerby.event_store.protocol.EventStore`), and what its sink needs to keep it intact."""

    def __init__(self, folder: Path, engine: Engine, lock: Lock, known: Marker) -> None:
        """Take over an engine whose table is there; see `passerby.event_store.chdb.opening`."""
        self._folder = folder
        self._engine = engine
        self._lock = lock
        self._writing = threading.Lock()
        self.marker = known
        """What is durably recorded of the contents."""
        self.visible = Positions.parse(known.positions)
        """Log positions up to which every event can be read. May be read from any thread."""
        self._damaged = repair.is_damaged(engine)
        self._repair_again_at = float("-inf")

    @property
    def refilling(self) -> bool:
        """Whether rows of the outbox may be missing that were carried here before."""
        return self.marker.refilling

    @property
    def damaged(self) -> bool:
        """Whether something was found that is not what was written, and no repair was attempted recently."""
        return self._damaged and time.monotonic() >= self._repair_again_at

    def write(self, rows: bytes, token: str) -> None:  # noqa: ARG002 - the first row says what a token would
        """Store a batch; see the protocol. Raises EventStoreFailed or EventStoreBroken."""
        with self._writing:
            for piece in pieces(rows, PIECE_BYTES):
                if not self._holds(piece):
                    self._insert("write", piece)

    def refill(self, rows: bytes) -> None:
        """Store what is missing of a batch, however its rows were divided into batches before."""
        with self._writing:
            for piece in pieces(rows, PIECE_BYTES):
                self._insert("refill", piece)

    def delete(self, project: int, profiles: Sequence[str]) -> None:
        """Delete all events of these profiles; done at return. Raises EventStoreFailed or EventStoreBroken.

        Interrupted, it may be repeated: what is left of the attempt before is cancelled.
        """
        with self._writing, self._noticing():
            self._engine.insert(_SQL["cancel_deletions"])
            self._engine.insert(_SQL["delete_events"], project=project, profiles=profiles)

    def refilled(self) -> None:
        """Record that everything that the outbox holds is here again."""
        self.remember(refilling=False)

    def remember(self, **changed: Any) -> None:
        """Record these fields of the marker durably; without writing where they are as before."""
        fresh = msgspec.structs.replace(self.marker, **changed)
        if fresh != self.marker:
            marker.write(self._folder, fresh)
            self.marker = fresh

    def repair(self) -> bool:
        """Detach unreadable parts; if any were detached, mark the store for refill and return True."""
        with self._writing:
            before = self.marker
            # First: killed in the middle, the store must be filled again.
            self.remember(refilling=True, row=0, positions=str(START))
            detached = repair.repair(self._engine, self._folder) > 0
            if detached:
                self.visible = START
            else:
                self.remember(**msgspec.structs.asdict(before))
            self._damaged = False
            self._repair_again_at = time.monotonic() + REPAIR_PAUSE_SECONDS
            return detached

    def timeline(
        self, project: int, profiles: Sequence[str], *, limit: int, before: Cursor | None = None, only: Only = ANY
    ) -> list[StoredEvent]:
        """At most `limit` events of these profiles, newest first; see the protocol."""
        known = [profile for profile in profiles if _is_id(profile)]
        if not known or limit < 1:
            return []
        asked: dict[str, Value] = {"project": project, "profiles": known, "limit": limit}
        if only != ANY:
            asked |= only._asdict()
        if before is not None:
            if not _is_id(before.id):
                return []
            asked |= {"time": _within(before.time), "id": before.id}
        statement = _TIMELINES[only != ANY, before is not None]
        return [decode(row) for row in self._query(statement, **asked)]

    def earliest(self, project: int, profiles: Sequence[str], *, limit: int) -> list[StoredEvent]:
        """The oldest events of these profiles; see the protocol."""
        known = [profile for profile in profiles if _is_id(profile)]
        if not known:
            return []
        return [decode(row) for row in self._query("earliest", project=project, profiles=known, limit=limit)]

    def counts(self, project: int, profiles: Sequence[str], *, names: int) -> EventCounts:
        """How many events these profiles have; see the protocol."""
        known = [profile for profile in profiles if _is_id(profile)]
        return counts_of(self._query("counts_of", project=project, profiles=known, limit=names + 1))

    def event(self, project: int, id: str, profiles: Sequence[str] = ()) -> StoredEvent | None:  # noqa: A002 - as in the protocol
        """One event by its id; see the protocol."""
        if not _is_id(id):
            return None
        known = [profile for profile in profiles if _is_id(profile)] or self._profile_of(project, id)
        rows = self._query("event_of", project=project, id=id, profiles=known) if known else []
        return decode(rows[0]) if rows else None

    def _profile_of(self, project: int, id: str) -> list[str]:  # noqa: A002 - as in the protocol
        return profiles_of(self._query("profile_of", project=project, id=id))

    def count(self, project: int, name: str, attribute: str = "", value: str = "") -> int:
        """How many events have this name and this value of an attribute; see the protocol."""
        if not attribute:
            return count_of(self._query("count_name", project=project, name=name))
        text, json = probes(value)
        query = "count_value_by_simdjson" if "\0" in attribute else "count_value"
        found = self._query(query, project=project, name=name, attribute=attribute, text=text, json=json)
        return count_of(found)

    def value_types(self, project: int, name: str, attribute: str) -> dict[str, int]:
        """Count the values of an attribute by data type; see the protocol."""
        if "\0" in attribute:  # where the engine's parser takes a name to end
            return {}
        return names_of(self._query("value_types", project=project, name=name, attribute=attribute))

    def volumes(self, project: int, since: int) -> list[Volume]:
        """How many events of each name there were on each day since a time."""
        return volumes_of(self._query("volumes", project=project, since=since))

    def total(self, project: int) -> int:
        """How many events of this project are stored."""
        return count_of(self._query("total", project=project))

    def close(self) -> None:
        """Close the engine and let others open the folder."""
        self._engine.close()
        self._lock.release()

    def _holds(self, rows: bytes) -> bool:
        first = first_of(rows)
        return bool(self._query("holds", position=first.position, id=first.id))

    def _insert(self, statement: str, rows: bytes) -> None:
        with _handed_over(rows) as file, self._noticing():
            self._engine.insert(_SQL[statement], file=file)

    def _query(self, statement: str, **parameters: Value) -> list[bytes]:
        with self._noticing():
            return self._engine.query(_SQL[statement], **parameters).splitlines()

    @contextmanager
    def _noticing(self) -> Iterator[None]:
        try:
            yield
        except EventStoreBroken:
            self._damaged = True
            raise


@contextmanager
def _handed_over(rows: bytes) -> Iterator[str]:
    """A file in memory that the engine can read by name: no copy as text, no escaping, nothing left behind."""
    with os.fdopen(os.memfd_create("events"), "wb") as file:
        file.write(rows)
        file.flush()
        yield f"/proc/self/fd/{file.fileno()}"


def _within(moment: int) -> int:
    """The nearest time that can be stored."""
    return min(max(moment, -_LONGEST), _LONGEST)


def _is_id(text: str) -> bool:
    """Whether this is a UUID in its canonical form; anything else is the id of nothing."""
    try:
        return str(UUID(text)) == text
    except ValueError:
        return False
