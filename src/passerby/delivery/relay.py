"""The relay: delivers rows of the outbox to one sink, in order, and retries until they are stored.

A step reads a range of rows, passes it to the sink and advances. Progress is the sink's own record; the outbox keeps a
copy, written about once a second, which limits pruning. The relay continues from the lower of the two. So a sink that
has lost data lowers its record and is refilled, and a state that was restored from an older copy delivers its rows
again.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

from passerby import logs
from passerby.delivery import metrics
from passerby.delivery.protocol import Sink, SinkFailed
from passerby.outbox.protocol import Delivered, Outbox, OutboxBatch
from passerby.positions import START, Positions, offset_of, partition_of

GATHER_SECONDS: Final = 0.2
"""Time between two deliveries, unless a reader waits or a delivery is full: about 5 parts a second for the engine,
which has to merge them."""
NUDGED_SECONDS: Final = 0.025
"""Time between two deliveries while a reader waits."""
COMMIT_SECONDS: Final = 1.0
"""Time between two durable records of progress. After a crash, later deliveries are repeated."""
LIMIT_ROWS: Final = 20_000
LIMIT_BYTES: Final = 8 << 20
"""Approximate size of a delivery: a row of the outbox is never divided."""
FIRST_RETRY_SECONDS: Final = 0.1
LAST_RETRY_SECONDS: Final = 10.0
LIMIT_DELETED: Final = 2_000
"""Deleted profiles passed to a sink at once: a deletion reads a whole index, for few profiles as for many."""

_log = logs.get("relay")


class Step(NamedTuple):
    """Result of a step: rows and events delivered, and whether the outbox may hold more already."""

    batches: int = 0
    events: int = 0
    more: bool = False


class Relay:
    """Delivers to one sink in a thread of its own, until stopped."""

    def __init__(self, outbox: Outbox, sink: Sink, *, name: str = "events", pause_seconds: float = 0.05) -> None:
        """`name` is the consumer's name in the outbox, `pause_seconds` the polling interval of an empty outbox."""
        self._outbox = outbox
        self._sink = sink
        self._name = name
        self._pause_seconds = pause_seconds
        self._visible = START
        self._committed: int | None = None
        self._commit_at = 0.0
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._worked_at = time.monotonic()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"relay-{name}", daemon=True)

    @property
    def idle_seconds(self) -> float:
        """Time since the last successful step."""
        return time.monotonic() - self._worked_at

    def start(self) -> None:
        """Start the thread."""
        self._worked_at = time.monotonic()
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> bool:
        """Finish the delivery in progress; return whether it was finished within `timeout` seconds."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def nudge(self) -> None:
        """Start the next step now instead of after the usual pause. Thread-safe."""
        self._wake.set()

    def step(self) -> Step:
        """Deliver one range of rows. Called by the relay's thread, or by a caller that runs the relay without one."""
        self._sink.prepare()
        # Before the outbox is read: messages applied later may have rows that this step does not see.
        applied = self._outbox.applied()
        delivered = self._position()
        self._see(delivered.positions)
        batches = self._outbox.read(delivered.row, LIMIT_ROWS, LIMIT_BYTES)
        step = _described(batches)
        if batches:
            with metrics.WRITE_SECONDS.time():
                self._sink.deliver(batches, self._outbox.deleted(batches[0].id))
            reached = Positions(batch.last_position for batch in batches)
            self._advance(Delivered(batches[-1].id, delivered.positions.joined(reached)))
        if not step.more:
            self._sink.caught_up()
        if not batches:
            self._advance(Delivered(delivered.row, delivered.positions.joined(applied)))
        metrics.EVENTS.inc(step.events)
        if time.monotonic() >= self._commit_at:
            self.commit()
        self._erase()  # last: a deletion that fails holds up nothing of the above
        return step

    def _position(self) -> Delivered:
        """Return the progress to continue from: the sink's record or, in the first step, the outbox's copy if lower."""
        recorded = self._sink.delivered()
        if self._committed is None:
            copy = self._outbox.delivered(self._name)
            self._committed = copy.row
            if recorded is None or copy.row < recorded.row:
                self._sink.record(copy)
                recorded = copy
        assert recorded is not None, "a sink has a record once it was given one"  # noqa: S101 - for the type
        if recorded.row < self._committed:
            # Immediately: the rows to be repeated must not be pruned meanwhile.
            self._outbox.commit(self._name, recorded.row)
            self._committed = recorded.row
            metrics.REFILLS.inc()
            for position in self._visible:
                metrics.VISIBLE.labels(partition_of(position)).set(0)
            self._visible = START
        return recorded

    def _advance(self, delivered: Delivered) -> None:
        if delivered != self._sink.delivered():
            self._sink.record(delivered)
        self._see(delivered.positions)

    def commit(self) -> None:
        """Make progress durable, the outbox's copy first.

        After a crash between the two writes the sink's is the lower one, and rows are only repeated.
        """
        recorded = self._sink.delivered()
        if recorded is not None:
            if recorded.row != self._committed:
                self._outbox.commit(self._name, recorded.row)
                self._committed = recorded.row
            self._sink.flush()
        self._commit_at = time.monotonic() + COMMIT_SECONDS

    def _erase(self) -> None:
        """Delete the events of deleted profiles.

        In this thread: in another one, rows read before the deletion could be written after it.
        """
        pending = self._outbox.pending_deletions(LIMIT_DELETED)
        for project, group in groupby(pending, key=itemgetter(0)):
            deleted = list(group)
            self._sink.erase(project, [profile for _, profile in deleted])
            self._outbox.deletions_done(deleted)

    def _see(self, positions: Positions) -> None:
        """Update the metric of visible positions."""
        if self._visible.has_reached(positions):
            return
        self._visible = self._visible.joined(positions)
        for position in self._visible:
            metrics.VISIBLE.labels(partition_of(position)).set(offset_of(position))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 - delivery continues after any error
                self._back_off(error)
            else:
                self._worked_at = time.monotonic()
        with suppress(Exception):  # what is not recorded is delivered again
            self.commit()

    def _turn(self) -> None:
        begun = time.monotonic()
        step = self.step()
        self._retry_seconds = FIRST_RETRY_SECONDS
        if not step.batches:
            self._wait(self._pause_seconds)
        elif not step.more:
            self._wait(begun + GATHER_SECONDS - time.monotonic())
            self._stopping.wait(begun + NUDGED_SECONDS - time.monotonic())

    def _wait(self, seconds: float) -> None:
        """Return after this time, or when nudged."""
        self._wake.wait(max(seconds, 0))
        self._wake.clear()

    def _back_off(self, error: Exception) -> None:
        fault, reason = (error.fault, str(error)) if isinstance(error, SinkFailed) else (type(error).__name__, "")
        with suppress(OSError, ValueError):  # the metrics' file cannot grow on a full disk
            metrics.FAILURES.labels(fault).inc()
        _log.error(
            "events cannot be delivered to the event store, retrying",
            fault=fault,
            reason=reason,
            seconds=self._retry_seconds,
            exc_info=error,
        )
        self._stopping.wait(self._retry_seconds)
        self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)


def _described(batches: Sequence[OutboxBatch]) -> Step:
    """Return the result of delivering these rows. A range below both limits has reached the end of the outbox."""
    events = sum(batch.events for batch in batches)
    size = sum(len(batch.body) + len(batch.changes) for batch in batches)
    return Step(len(batches), events, more=events >= LIMIT_ROWS or size >= LIMIT_BYTES)
