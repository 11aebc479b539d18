"""Sinks: what stores rows of the outbox. Reading, order and retries are the relay's (`passerby.delivery.relay`)."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Protocol

from passerby.outbox.protocol import Delivered, OutboxBatch


class SinkFailed(Exception):
    """A sink could not take rows, and will be offered them again. The text holds nothing that a client sent."""

    def __init__(self, fault: str, reason: str) -> None:
        super().__init__(reason)
        self.fault = fault
        """Name of what went wrong, from code: a label of the metric."""


class Sink(Protocol):
    """One consumer of the outbox. All verbs are called from one thread, the relay's or its caller's.

    A sink records for itself how far it has come, because only it knows what it lost. The outbox keeps a copy of that,
    which holds back pruning; where the two differ, the relay continues from the lower one. So every verb can be
    repeated, after a crash also with rows that were delivered before.
    """

    def delivered(self) -> Delivered | None:
        """How far it has come, None if it has no record of that. May be lower than before: then rows are repeated."""

    def prepare(self) -> None:
        """Do what is due before rows can be taken, such as a repair. May lower `delivered`."""

    def deliver(self, batches: Sequence[OutboxBatch], erased: Collection[str]) -> None:
        """Store these rows, in order, but no events of the profiles `erased`. Durable at return.

        Repeated rows have no further effect. Raises SinkFailed.
        """

    def record(self, delivered: Delivered) -> None:
        """Take note of how far it has come. Lower than before, or the first note, means that rows are repeated."""

    def flush(self) -> None:
        """Make the last record durable."""

    def caught_up(self) -> None:
        """Take note that there was nothing left in the outbox at the beginning of this step."""

    def erase(self, project: int, profiles: Sequence[str]) -> None:
        """Delete everything that was recorded under these profiles; done at return. Raises SinkFailed."""
