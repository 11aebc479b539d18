"""Fills the event store on chDB from the outbox (`passerby.delivery.protocol.Sink`), each event once.

A part is written as a whole or not at all, and after a crash nothing shows whether the last one was. So the sink claims
rows durably before it writes them, many at a time. After a restart, rows up to the claim may be stored and are compared
with the stored ones; later rows cannot be. While a new or repaired store is refilled, all rows are compared.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Final

import msgspec

from passerby.delivery.protocol import SinkFailed
from passerby.event_store.chdb.change_rows import rows_of
from passerby.event_store.chdb.store import ChdbEventStore
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed
from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.positions import Positions

CLAIM_ROWS: Final = 1_000
"""Outbox rows claimed at a time: as many as a busy worker writes in some 20 seconds."""


class ChdbSink:
    """Writes to one open store, from one thread at a time."""

    def __init__(self, store: ChdbEventStore) -> None:
        self._store = store
        marker = store.marker
        self._delivered = None if marker.row is None else Delivered(marker.row, Positions.parse(marker.positions))
        self._doubtful = marker.claimed
        """Rows up to this one may be stored: an earlier process claimed them and ended before it recorded the rest."""

    def delivered(self) -> Delivered | None:
        return self._delivered

    def prepare(self) -> None:
        if self._store.damaged and self._store.repair():
            self._delivered = Delivered()

    def deliver(self, batches: Sequence[OutboxBatch], erased: Collection[str]) -> None:
        rows = b"".join(batch.body for batch in batches)
        if erased:  # decoding every row takes time that nearly no delivery needs
            lines = rows.splitlines(keepends=True)
            rows = b"".join(line for line in lines if _recorded(line).profile_id not in erased)
        changes = rows_of(batches, erased)
        if not (rows or changes):
            return
        last = batches[-1].id
        if last > self._store.marker.claimed:
            self._store.remember(claimed=last + CLAIM_ROWS)
        try:
            if self._store.refilling or batches[0].id <= self._doubtful:
                self._store.refill(rows)
                self._store.refill_changes(changes)
            else:
                self._store.write(rows, f"{batches[0].id}-{last}")
                self._store.write_changes(changes)
        except (EventStoreBroken, EventStoreFailed) as error:
            # A failed write may have stored some pieces, or all: the engine can fail after the part is in place.
            self._doubtful = max(self._doubtful, last)
            raise _failed(error) from error
        except BaseException:
            self._doubtful = max(self._doubtful, last)
            raise

    def record(self, delivered: Delivered) -> None:
        if self._delivered is None or delivered.row < self._delivered.row:
            self._store.remember(refilling=True, row=delivered.row, positions=str(delivered.positions))
        self._delivered = delivered
        self._store.visible = delivered.positions

    def flush(self) -> None:
        if (delivered := self._delivered) is not None:
            self._store.remember(row=delivered.row, positions=str(delivered.positions))

    def caught_up(self) -> None:
        if self._store.refilling:
            self._store.refilled()

    def erase(self, project: int, profiles: Sequence[str]) -> None:
        try:
            self._store.delete(project, profiles)
        except (EventStoreBroken, EventStoreFailed) as error:
            raise _failed(error) from error


def _failed(error: Exception) -> SinkFailed:
    return SinkFailed(type(error).__name__, str(error))


class _Recorded(msgspec.Struct):
    profile_id: str


_recorded: Final = msgspec.json.Decoder(_Recorded).decode
