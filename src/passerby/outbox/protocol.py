"""The outbox: resolved events in the order in which they were applied, for relays that deliver them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from passerby.positions import START, Position, Positions


class OutboxBatch(NamedTuple):
    """The events and changes of one transaction of the state, each one JSON object a line, ends included.

    `body` has the events (`StoredEvent`), `events` of them, `changes` the changes of profiles (`outbox.records`). Ids
    ascend, and with them log positions in each partition. All events are of one partition; `last_position` is the last
    one in it that the worker's batch covered, and the last that was applied for changes that no message caused.
    """

    id: int
    last_position: Position
    events: int
    body: bytes
    changes: bytes = b""


class Delivered(NamedTuple):
    """How far a consumer has come: every row up to `row`, which together cover the log up to `positions`."""

    row: int = 0
    positions: Positions = START


class Outbox(Protocol):
    """What a relay asks of the outbox, always from its own thread. What it writes is durable at return."""

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        """The rows following this id, in order, at least one if there are any, else within both limits about."""

    def delivered(self, consumer: str) -> Delivered:
        """How far a consumer has said that it has come; the beginning for one that never said so.

        `positions` are those of the newest rows up to there that are still kept, and those before.
        """

    def commit(self, consumer: str, row: int) -> None:
        """Note how far a consumer has come, which may be less far than before. Rows after it are not pruned."""

    def deleted(self, first: int) -> frozenset[str]:
        """Deleted profiles whose events rows with this id or a later one may hold: mostly none."""

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        """At most `limit` deleted profiles, with their projects, whose events are to be deleted."""

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None:
        """Note that the events of these profiles are deleted."""

    def applied(self) -> Positions:
        """The log positions up to which messages are applied: their events are in the outbox."""
