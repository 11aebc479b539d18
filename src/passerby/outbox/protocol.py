"""Protocol of the outbox: events and changes of profiles, in the order in which they were applied, for relays."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, Protocol

from passerby.positions import START, Position, Positions


class OutboxBatch(NamedTuple):
    """Events and changes of one transaction of the state, as JSON objects, each ended by a newline.

    `body` holds the events (`StoredEvent`), `events` is their number, `changes` the changes of profiles
    (`outbox.records`). Ids ascend, and log positions with them in each partition. All events are of one partition;
    `last_position` is the last one that the worker's batch covered or, for changes without a message, the last applied.
    `at` is the received time of the last message, or the time of such changes (ms).
    """

    id: int
    last_position: Position
    events: int
    body: bytes
    changes: bytes = b""
    at: int = 0


class OutboxSize(NamedTuple):
    """Bytes of all rows of the outbox, and the received time of the oldest one (ms), 0 for an empty outbox."""

    bytes: int = 0
    oldest: int = 0


class Delivered(NamedTuple):
    """Progress of a consumer: every row up to `row`, which cover the log up to `positions`."""

    row: int = 0
    positions: Positions = START


class Outbox(Protocol):
    """Interface of the outbox for a relay, used from its thread only. Writes are durable at return."""

    def read(self, after: int, limit_rows: int, limit_bytes: int) -> list[OutboxBatch]:
        """Return rows after this id, in order: at least one if there are any, and approximately within both limits.

        Ids have no gaps: rows between `after` and the first one returned were pruned. See `first`.
        """

    def first(self) -> int:
        """Return the id of the first row that is stored, of an empty outbox that of the next row.

        A consumer that has not read the row before it has lost the rows in between to retention, which waits for
        consumers that `commit` only.
        """

    def delivered(self, consumer: str) -> Delivered:
        """Return the progress that a consumer committed; the beginning for a new one.

        `positions` are those of the rows up to there that are still stored, and of earlier ones.
        """

    def commit(self, consumer: str, row: int) -> None:
        """Record the progress of a consumer, which may be lower than before. Rows after it are not pruned."""

    def deleted(self, first: int) -> frozenset[str]:
        """Return deleted profiles whose events may be in rows with this id or a later one: usually none."""

    def pending_deletions(self, limit: int) -> list[tuple[int, str]]:
        """Return at most `limit` deleted profiles, with their projects, whose events still have to be deleted."""

    def deletions_done(self, profiles: Sequence[tuple[int, str]]) -> None:
        """Record that the events of these profiles are deleted."""

    def applied(self) -> Positions:
        """Return the log positions up to which messages are applied: their events are in the outbox."""
