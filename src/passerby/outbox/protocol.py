"""The outbox: resolved events in the order in which they were applied, for relays that deliver them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from passerby.positions import Position, Positions


class OutboxBatch(NamedTuple):
    """The events of one batch of the worker: `body` holds one JSON object of `StoredEvent` a line, ends included.

    Ids ascend, and with them log positions in each partition. All events are of one partition; `last_position` is the
    last one in it that the worker's batch covered.
    """

    id: int
    last_position: Position
    events: int
    body: bytes


class RelayPosition(NamedTuple):
    """Outbox ids: everything up to `done` is delivered, (done, planned] may be.

    `delivered` are log positions that are covered by what is done: at least that of the newest batch, where it is kept.
    """

    done: int
    planned: int
    delivered: Positions


class Outbox(Protocol):
    """What the relay asks of the outbox, always from its own thread. What it writes is durable at return."""

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        """The batches behind this id, in order, at least one if there are any, else within both limits about."""

    def relay_position(self, name: str) -> RelayPosition:
        """How far this relay is; all 0 for one that never ran."""

    def plan(self, name: str, planned: int) -> None:
        """Note that everything up to this id is about to be delivered."""

    def done(self, name: str, done: int) -> None:
        """Note that everything up to this id is delivered."""

    def reset(self, name: str) -> None:
        """Begin again with the oldest batch that is still there."""

    def deleted(self, first: int) -> frozenset[str]:
        """Deleted profiles whose events batches with this id or a later one may hold: mostly none."""

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        """At most `limit` deleted profiles, with their projects, whose events are to be deleted."""

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None:
        """Note that the events of these profiles are deleted."""

    def applied(self) -> Positions:
        """The log positions up to which messages are applied: their events are in the outbox."""
