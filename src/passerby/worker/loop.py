"""The worker's loop: read a batch, apply it, again; and what to do when that fails."""

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
"""The name under which the worker tells the log how far it has read."""
PAUSE_SECONDS: Final = 0.02
"""Pause between looks at the log while it holds less than a batch: a batch of some hundred messages costs a fraction
of what as many transactions would, and nobody notices 20 ms."""
REPORT_SECONDS: Final = 5.0
FIRST_RETRY_SECONDS: Final = 0.1
LAST_RETRY_SECONDS: Final = 10.0

_STORAGE_FAULTS = (StateUnavailable, OSError)
"""What time or an administrator mends: the batch is tried again until it succeeds."""

_log = logs.get("worker")


def _nothing() -> None:
    pass


class Loop:
    """Applies the log to the state until it is told to stop.

    `between` is called between batches, for what is due from time to time; `progressed` after each look at the log that
    found nothing or ended with something applied.
    """

    def __init__(
        self,
        worker: Worker,
        reader: LogReader,
        batch_messages: int,
        between: Callable[[], None],
        progressed: Callable[[], None] = _nothing,
    ) -> None:
        self._worker = worker
        self._reader = reader
        self._batch_messages = batch_messages
        self._between = between
        self._progressed = progressed
        self._stop = threading.Event()
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._reported = 0.0
        self._readable = True

    def stop(self) -> None:
        """Let `run` return after the batch that is being applied. May be called from a signal handler."""
        self._stop.set()

    def run(self, positions: Positions) -> Positions:
        """Apply what follows these log positions, until stopped; return the positions that were reached."""
        while not self._stop.is_set():
            entries = self._read(positions)
            reached = self._try(entries, positions) if entries else positions
            if self._readable and (reached != positions or not entries):
                self._progressed()
            positions = reached
            self._report(positions)
            self._between()
            if len(entries) < self._batch_messages:
                self._stop.wait(PAUSE_SECONDS)
        self._reader.passed(READER, positions)
        return positions

    def _read(self, positions: Positions) -> list[Entry]:
        """The next batch; none while the log cannot be read. A damaged log ends the worker, saying what to do."""
        self._readable = True
        try:
            return self._reader.read(positions, self._batch_messages)
        except LogFull as fault:
            self._readable = False
            self._wait_for_storage(fault)
            return []

    def _try(self, entries: Sequence[Entry], positions: Positions) -> Positions:
        """Apply a batch; return the positions that are then reached, the old ones where it has to be tried again."""
        try:
            applied = self._measured(self._worker.apply, entries)
        except _STORAGE_FAULTS as fault:
            self._wait_for_storage(fault)
            return positions
        except Exception:  # noqa: BLE001 - whatever it is, the messages behind it must not wait for a new release
            metrics.FAILURES.labels("fault").inc()
            first = to_json(entries[0].position)
            _log.exception("a batch cannot be applied, trying its messages one by one", position=first)
            return self._one_by_one(entries, positions)
        self._retry_seconds = FIRST_RETRY_SECONDS
        return positions.joined(applied.positions)

    def _one_by_one(self, entries: Sequence[Entry], positions: Positions) -> Positions:
        """Apply each message on its own and set aside the ones that cannot be: one must not stop the rest."""
        for entry in entries:
            try:
                self._measured(self._worker.apply, [entry])
            except _STORAGE_FAULTS as fault:
                self._wait_for_storage(fault)
                return positions
            except Exception as fault:  # noqa: BLE001 - as above; it is logged, counted and kept with the message
                _log.exception(
                    "a message cannot be applied, moved to the dead letters", position=to_json(entry.position)
                )
                self._note(self._worker.dead_letter(entry, f"{type(fault).__name__}: {fault}"))
            positions = positions.joined(Positions.at(entry.position))
        return positions

    def _measured(self, apply: Callable[[Sequence[Entry]], Applied], entries: Sequence[Entry]) -> Applied:
        with metrics.BATCH_SECONDS.time():
            applied = apply(entries)
        self._note(applied)
        return applied

    def _note(self, applied: Applied) -> None:
        metrics.MESSAGES.labels("applied").inc(applied.messages - applied.duplicates - applied.dead_lettered)
        metrics.MESSAGES.labels("duplicate").inc(applied.duplicates)
        metrics.MESSAGES.labels("dead_lettered").inc(applied.dead_lettered)
        metrics.EVENTS.inc(applied.events)
        for position in applied.positions:
            metrics.POSITION.labels(partition_of(position)).set(offset_of(position))

    def _wait_for_storage(self, fault: Exception) -> None:
        with suppress(OSError, ValueError):  # the metrics' own file, on the same disk
            metrics.FAILURES.labels("storage").inc()
        kind, seconds = type(fault).__name__, self._retry_seconds
        _log.error("the log or the state cannot be used, trying again", error=kind, seconds=seconds)
        self._stop.wait(self._retry_seconds)
        self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)

    def _report(self, positions: Positions) -> None:
        """Tell the log from time to time how far we are, so that it may let go of what is behind us."""
        now = time.monotonic()
        if now - self._reported >= REPORT_SECONDS:
            self._reported = now
            self._reader.passed(READER, positions)
