"""Interface of sinks, which store rows of the outbox. The relay (`delivery.relay`) reads, orders and retries."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from passerby.outbox.protocol import Delivered, OutboxBatch


class SinkFailed(Exception):
    """A sink could not store rows; the relay retries. The message contains no data of clients."""

    def __init__(self, fault: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        """Name of the error, a constant of the code: the label of a metric must not be unbounded."""


class Sink(Protocol):
    """One consumer of the outbox. All methods are called from one thread, the relay's or its caller's.

    A sink records its own progress, because only it knows what it has lost. The outbox keeps a copy, which limits
    pruning; where the two differ, the relay continues from the lower one. So every method may be called again, after a
    crash also with rows that were delivered before.
    """

    def delivered(self) -> Delivered | None:
        """Return the recorded progress, None without a record. It may be lower than before; rows are then repeated."""

    def prepare(self) -> None:
        """Prepare for rows, for example by a repair. May lower `delivered`."""

    def deliver(self, batches: Sequence[OutboxBatch], erased: Collection[str]) -> None:
        """Store these rows in order, without events of the profiles `erased`. Durable at return.

        Repeated rows have no further effect. Raises SinkFailed.
        """

    def record(self, delivered: Delivered) -> None:
        """Set the progress. The first one, and one lower than before, mean that the following rows may be repeats."""

    def flush(self) -> None:
        """Make the recorded progress durable."""

    def caught_up(self) -> None:
        """Called when a step has reached the end of the outbox."""

    def erase(self, project: int, profiles: Sequence[str]) -> None:
        """Delete all data of these profiles before returning. Raises SinkFailed."""
