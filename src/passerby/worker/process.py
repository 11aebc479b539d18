"""The worker process, started by the supervisor."""

from __future__ import annotations

import signal
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

from passerby import logs
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.policies import Policies
from passerby.clock import now_ms
from passerby.engines import Engines, PrunableOutbox
from passerby.gc_tuning import tune_gc
from passerby.log.protocol import LogFull
from passerby.settings import Settings
from passerby.state.protocol import State
from passerby.storage.data_dir import DataDir
from passerby.worker import metrics
from passerby.worker.batch import Worker
from passerby.worker.deduplicate import windows
from passerby.worker.loop import Loop
from passerby.worker.resume import resume_log

BEAT_SECONDS: Final = 1.0
"""Time between touches of the heartbeat file, and between looks at the control plane."""
COMPARE_SECONDS: Final = 5.0
"""Time between comparisons of the log with the state: see `worker.resume`."""
PRUNE_SECONDS: Final = 60.0
"""Time between deletions of delivered outbox rows, roll-ups of counts and sweeps of duplicates."""
BACKFILL_RETRY_SECONDS: Final = 10.0
OPEN_OBJECTS: Final = 200_000
"""Generation-0 threshold of the garbage collector: about as many objects as a batch allocates, so that a collection
runs between batches rather than many times within one."""

_log = logs.get("worker")


class Chores:
    """Periodic work between batches: heartbeat, policies, log comparison, backfills, pruning, roll-up of counts."""

    def __init__(
        self, heartbeat: Path, engines: Engines, policies: Policies, outbox: PrunableOutbox, state: State
    ) -> None:
        self._heartbeat = heartbeat
        self._policies = policies
        self._outbox = outbox
        self._state = state
        self._engines = engines
        self._next_beat = self._next_touch = 0.0
        self._next_comparison = time.monotonic() + COMPARE_SECONDS
        self._next_prune = time.monotonic() + PRUNE_SECONDS
        self._next_backfill = 0.0

    def beat(self) -> None:
        """Touch the heartbeat file, at most once a second."""
        now = time.monotonic()
        if now >= self._next_touch:
            self._next_touch = now + BEAT_SECONDS
            self._heartbeat.touch()

    def __call__(self) -> None:
        """Do what is due: one backfill slice each time, everything else at its interval."""
        now = time.monotonic()
        if now >= self._next_beat:
            self._next_beat = now + BEAT_SECONDS
            self._policies.refresh()
        if now >= self._next_comparison:
            self._next_comparison = now + COMPARE_SECONDS
            with suppress(LogFull):  # disk full: the next comparison tries again
                resume_log(self._engines.log, self._engines.state)
            size = self._outbox.size()
            metrics.OUTBOX_BYTES.set(size.bytes)
            metrics.OUTBOX_OLDEST.set(size.oldest / 1000)
        if now >= self._next_backfill:
            try:
                self._state.backfill()
            except Exception as fault:  # noqa: BLE001 - logged and retried later: it must not stop ingestion
                self._next_backfill = now + BACKFILL_RETRY_SECONDS
                _log.exception("backfill failed, retrying", error=type(fault).__name__, seconds=BACKFILL_RETRY_SECONDS)
        if now >= self._next_prune:
            if self._outbox.prune(now_ms()):  # there may be more: the next part after the next batch
                return
            self._next_prune = now + PRUNE_SECONDS
            self._state.roll_up(now_ms())
            self._state.sweep_duplicates()


def run(settings: Settings, engines: Engines) -> None:
    """Apply the log to the state until SIGTERM or SIGINT; return after the current batch."""
    folder = DataDir(settings.data)
    folder.run.mkdir(parents=True, exist_ok=True)
    state = engines.state.open_writer()
    policies = Policies(ProjectCredentials(engines.control.open_feed()))
    outbox = engines.state.open_outbox(settings.outbox)
    worker = Worker(state, policies.of, settings.catalogue.limits, windows(settings.worker))
    reader = engines.log.open_reader()
    chores = Chores(folder.run / "worker.heartbeat", engines, policies, outbox, state)
    loop = Loop(worker, reader, settings.worker.batch_messages, chores, chores.beat)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: loop.stop())
    tune_gc(OPEN_OBJECTS)  # after everything is open, so that those objects are never examined again
    positions = state.positions()
    _log.info("worker ready", position=positions.to_json())
    positions = loop.run(positions)
    _log.info("worker stopped", position=positions.to_json())
    for part in (reader, outbox, state):
        part.close()
