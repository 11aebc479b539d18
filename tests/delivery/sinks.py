"""Sinks to deliver to, in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from passerby.delivery.protocol import SinkFailed
from passerby.outbox.protocol import Delivered, OutboxBatch


class Killed(BaseException):
    """What a kill is to the code that it hits."""


class MemorySink:
    """Keeps each row once, and can fail before or after it has kept something."""

    def __init__(self, recorded: Delivered | None = None) -> None:
        self.kept: dict[int, OutboxBatch] = {}
        self.deliveries: list[list[int]] = []
        """The rows of each delivery that was offered."""
        self.erased: list[tuple[int, tuple[str, ...]]] = []
        self.withheld: list[Collection[str]] = []
        """The profiles whose events were not to be stored, by delivery."""
        self.calls: list[str] = []
        self.before: list[BaseException] = []
        self.after: list[BaseException] = []
        self.undeletable = False
        self.recorded = recorded
        self.flushed = recorded
        self.broken = False

    def restart(self) -> None:
        """Forget what is not durable."""
        self.recorded = self.flushed

    def delivered(self) -> Delivered | None:
        return self.recorded

    def prepare(self) -> None:
        if self.broken:
            self.broken = False
            self.kept.clear()
            self.recorded = self.flushed = Delivered()

    def deliver(self, batches: Sequence[OutboxBatch], erased: Collection[str]) -> None:
        self.deliveries.append([batch.id for batch in batches])
        self.withheld.append(erased)
        if self.before:
            raise self.before.pop()
        self.calls.append("deliver")
        for batch in batches:
            self.kept.setdefault(batch.id, batch)
        if self.after:
            raise self.after.pop()

    def record(self, delivered: Delivered) -> None:
        self.recorded = delivered

    def flush(self) -> None:
        self.flushed = self.recorded

    def caught_up(self) -> None:
        self.calls.append("caught up")

    def erase(self, project: int, profiles: Sequence[str]) -> None:
        self.calls.append("erase")
        if self.undeletable:
            raise SinkFailed("EventStoreFailed", "no")
        self.erased.append((project, tuple(profiles)))
        if self.after:
            raise self.after.pop()
