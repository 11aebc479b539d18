"""The worker's loop: reads a batch, applies it, and retries or isolates messages when that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from typing import Final

from passerby import logs
from passerby.log.protocol import Entry, LogFull, LogReader
from passerby.positions import Positions, offset_of, partition_of, to_json
from passerby.state.protocol import StateUnavailable
from passerby.worker import metrics
from passerby.worker.batch import Applied, Worker

READER: Final = "worker"
"""The name of the worker's position in the log."""
PAUSE_SECONDS: Final = 0.02
"""Pause between reads while the log holds less than a full batch. Waiting lets a batch collect messages: one
transaction for some hundred of them costs a fraction of one transaction each, and 20 ms are below what a user
notices."""
REPORT_SECONDS: Final = 5.0
"""Time between commits of the reached position to the log."""
FIRST_RETRY_SECONDS: Final = 0.1
LAST_RETRY_SECONDS: Final = 10.0

_STORAGE_FAULTS = (StateUnavailable, OSError)
"""Faults that are temporary or that an administrator can fix, such as a full disk: the batch is retried until it
succeeds."""

_log = logs.get("worker")


class Loop:
    """Applies the log to the state until `stop` is called.

    `between` is called between batches, for periodic work. `progressed` is called after each read that returned nothing
    or was applied, but not while a fault is retried: the heartbeat must stop when the worker makes no progress.
    """

    def __init__(
        self,
        worker: Worker,
        reader: LogReader,
        batch_messages: int,
        between: Callable[[], None],
        progressed: Callable[[], None] = lambda: None,
    ) -> None:
        self._worker = worker
        self._reader = reader
        self._batch_messages = batch_messages
        self._between = between
        self._progressed = progressed
        self._stop = threading.Event()
        self._retry_seconds = FIRST_RETRY_SECONDS

    def stop(self) -> None:
        """Make `run` return after the current batch. May be called from a signal handler."""
        self._stop.set()

    def run(self, positions: Positions) -> Positions:
        """Apply messages after these log positions until stopped; return the positions reached."""
        reported = 0.0
        while not self._stop.is_set():
            entries: Sequence[Entry] = ()
            try:
                entries = self._reader.read(positions, self._batch_messages)
            except LogFull as fault:  # not LogDamaged: a retry cannot repair that, so it ends the process
                self._wait_for_storage(fault)
                reached = positions
            else:
                reached = self._try(entries, positions) if entries else positions
                if reached != positions or not entries:
                    self._progressed()
            positions = reached
            now = time.monotonic()
            if now - reported >= REPORT_SECONDS:  # the log prunes what all its readers have passed
                reported = now
                self._reader.commit_offset(READER, positions)
            self._between()
            if len(entries) < self._batch_messages:
                self._stop.wait(PAUSE_SECONDS)
        self._reader.commit_offset(READER, positions)
        return positions

    def _try(self, entries: Sequence[Entry], positions: Positions) -> Positions:
        """Apply a batch; return the positions reached, which are the old ones if the batch has to be retried."""
        try:
            applied = self._measured(self._worker.apply, entries)
        except _STORAGE_FAULTS as fault:
            self._wait_for_storage(fault)
            return positions
        except Exception:  # noqa: BLE001 - a bug that one message triggers must not block all later messages
            metrics.FAILURES.labels("fault").inc()
            first = to_json(entries[0].position)  # to find the batch in the log
            _log.exception("batch failed, applying its messages one by one", position=first)
            return self._one_by_one(entries, positions)
        self._retry_seconds = FIRST_RETRY_SECONDS
        return positions.joined(applied.positions)

    def _one_by_one(self, entries: Sequence[Entry], positions: Positions) -> Positions:
        """Apply each message in its own transaction; move those that fail to the dead letters and continue."""
        for entry in entries:
            try:
                self._measured(self._worker.apply, [entry])
            except _STORAGE_FAULTS as fault:
                self._wait_for_storage(fault)
                return positions
            except Exception as fault:  # noqa: BLE001 - as above; logged, counted, and stored with the message
                _log.exception("message moved to the dead letters", position=to_json(entry.position))
                self._count(self._worker.dead_letter(entry, f"{type(fault).__name__}: {fault}"))
            # Whichever way it went: a message that another worker applied meanwhile is passed as well.
            positions = positions.joined(Positions.at(entry.position))
        return positions

    def _measured(self, apply: Callable[[Sequence[Entry]], Applied], entries: Sequence[Entry]) -> Applied:
        with metrics.BATCH_SECONDS.time():
            applied = apply(entries)
        self._count(applied)
        return applied

    def _count(self, applied: Applied) -> None:
        metrics.MESSAGES.labels("applied").inc(applied.messages - applied.duplicates - applied.dead_lettered)
        metrics.MESSAGES.labels("duplicate").inc(applied.duplicates)
        metrics.MESSAGES.labels("dead_lettered").inc(applied.dead_lettered)
        metrics.EVENTS.inc(applied.events)
        for position in applied.positions:
            metrics.POSITION.labels(partition_of(position)).set(offset_of(position))

    def _wait_for_storage(self, fault: Exception) -> None:
        with suppress(OSError, ValueError):  # the file of the metrics is on the same, perhaps full, disk
            metrics.FAILURES.labels("storage").inc()
        kind, seconds = type(fault).__name__, self._retry_seconds
        _log.error("log or state unavailable, retrying", error=kind, seconds=seconds)
        self._stop.wait(self._retry_seconds)  # ends early when the worker is stopped
        self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)
