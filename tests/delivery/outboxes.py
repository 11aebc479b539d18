"""Outboxes to relay from, in memory."""

from __future__ import annotations

from collections.abc import Sequence

from tests.event_store.chdb.sample_events import numbered
from tests.positions import at

from passerby.outbox.protocol import Delivered, OutboxBatch
from passerby.positions import Position, Positions


class MemoryOutbox:
    """An outbox whose batches hold consecutively numbered events, ten each, and which can be made to fail."""

    def __init__(self, batches: int = 0) -> None:
        self.batches: list[OutboxBatch] = []
        self.committed: dict[str, int] = {}
        self.calls: list[str] = []
        self.gone: dict[str, int] = {}
        """Deleted profiles with the last batch that may hold their events."""
        self.to_delete: list[tuple[int, str]] = []
        self.ahead = 0
        """Messages applied after the last batch that are not events."""
        self.add(batches)

    def add(self, batches: int = 1, events: int = 10) -> None:
        for _ in range(batches):
            last = self.batches[-1].last_position if self.batches else 0
            body = numbered(last + 1, events)
            self.batches.append(OutboxBatch(len(self.batches) + 1, Position(last + events), events, body))

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        read: list[OutboxBatch] = []
        for batch in self.batches:
            full = sum(one.events for one in read) >= limit_rows or sum(len(one.body) for one in read) >= limit_bytes
            if batch.id > after and not full:
                read.append(batch)
        return read

    def first(self) -> int:
        return self.batches[0].id if self.batches else 1

    def delivered(self, consumer: str) -> Delivered:
        row = self.committed.get(consumer, 0)
        return Delivered(row, Positions(batch.last_position for batch in self.batches if batch.id <= row))

    def commit(self, consumer: str, row: int) -> None:
        self.calls.append(f"commit {row}")
        self.committed[consumer] = row

    def delete(self, project: int, profile: str) -> None:
        """Delete a profile, as the state does."""
        self.gone[profile] = len(self.batches)
        self.to_delete.append((project, profile))

    def deleted(self, first: int) -> frozenset[str]:
        return frozenset(profile for profile, last in self.gone.items() if last >= first)

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        return self.to_delete[:limit]

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None:
        self.calls.append(f"deleted {len(profiles)}")
        self.to_delete = [each for each in self.to_delete if each not in profiles]

    def applied(self) -> Positions:
        return at((self.batches[-1].last_position if self.batches else 0) + self.ahead)
