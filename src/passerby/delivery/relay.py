"""The relay: carries resolved events from the outbox into the event store, each of them once.

Before it writes a range of outbox batches it notes the range durably, and after that that it is written. Killed in
between, it finds the note and repeats the very same range; the store knows what it has. A store that is new, or that
lost files, is filled from the oldest batch that the outbox still holds.
"""

from __future__ import annotations

import threading
import time
import zlib
from collections.abc import Collection, Sequence
from contextlib import suppress
from itertools import groupby
from operator import itemgetter
from typing import Final, NamedTuple

import msgspec

from passerby import logs
from passerby.delivery import metrics
from passerby.event_store.protocol import EventStoreBroken, EventStoreFailed, Refillable
from passerby.outbox.protocol import Outbox, OutboxBatch, RelayPosition
from passerby.positions import START, Positions, offset_of, partition_of

GATHER_SECONDS: Final = 0.2
"""Time between two writes, unless somebody waits or a full write is there: some 5 parts a second for the engine."""
NUDGED_SECONDS: Final = 0.025
"""Time between two writes while somebody waits."""
LIMIT_ROWS: Final = 20_000
LIMIT_BYTES: Final = 8 << 20
"""What one write holds, at most about: an outbox batch is never divided."""
FIRST_RETRY_SECONDS: Final = 0.1
LAST_RETRY_SECONDS: Final = 10.0
LIMIT_DELETED: Final = 2_000
"""Deleted profiles whose events one statement deletes: it reads the whole table's index, however few they are."""

_log = logs.get("relay")


class Step(NamedTuple):
    """What one step came to: the batches and events that were carried, and whether more may be waiting already."""

    batches: int = 0
    events: int = 0
    more: bool = False


class Relay:
    """Carries batches in a thread of its own, until stopped."""

    def __init__(self, outbox: Outbox, store: Refillable, *, name: str = "events", pause_seconds: float = 0.05) -> None:
        """`name` is the relay's in the outbox; `pause_seconds` lie between two looks at an empty outbox."""
        self._outbox = outbox
        self._store = store
        self._name = name
        self._pause_seconds = pause_seconds
        self._visible = START
        self._refill_begun = False
        self._retry_seconds = FIRST_RETRY_SECONDS
        self._worked_at = time.monotonic()
        self._stopping = threading.Event()
        self._wake = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"relay-{name}", daemon=True)

    @property
    def visible(self) -> Positions:
        """The log positions up to which every event can be read from the event store. May be read from any thread."""
        return self._visible

    @property
    def idle_seconds(self) -> float:
        """Time since it last looked for work, and carried what it found, without a fault."""
        return time.monotonic() - self._worked_at

    def start(self) -> None:
        """Begin to carry."""
        self._worked_at = time.monotonic()
        self._thread.start()

    def stop(self, timeout: float = 1.0) -> bool:
        """Finish the write that is under way; return whether it was finished in so many seconds."""
        self._stopping.set()
        self._wake.set()
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def nudge(self) -> None:
        """Look for something to carry now, not at the end of the usual pause. May be called from any thread."""
        self._wake.set()

    def step(self) -> Step:
        """Carry one range of batches. Belongs to the relay's thread, or to whoever does without one."""
        self._prepare()
        applied = self._outbox.applied()
        position = self._outbox.relay_position(self._name)
        self._see(position.delivered)
        batches = self._interrupted(position) or self._next(position.done)
        step = _described(batches)
        if batches:
            self._deliver(batches, f"{position.done}-{batches[-1].id}")
            self._outbox.done(self._name, batches[-1].id)
            self._see(Positions(batch.last_position for batch in batches))
        if not step.more:
            self._caught_up(applied, nothing_left=not batches)
        metrics.EVENTS.inc(step.events)
        self._delete_events()  # last: a deletion that fails holds up nothing of the above
        return step

    def _prepare(self) -> None:
        """Do what a damaged or new store needs before anything is written to it."""
        if self._store.damaged:
            self._store.heal()
            self._refill_begun = False
        if self._store.refilling and not self._refill_begun:
            self._outbox.reset(self._name)
            for position in self._visible:
                metrics.VISIBLE.labels(partition_of(position)).set(0)
            self._visible = START
            self._refill_begun = True
            metrics.REFILLS.inc()

    def _interrupted(self, position: RelayPosition) -> list[OutboxBatch]:
        """The range that was being written when the relay last stopped: it must be repeated as it was."""
        batches: list[OutboxBatch] = []
        after = position.done
        while after < position.planned:
            read = self._outbox.read(after, LIMIT_ROWS, LIMIT_BYTES)
            batches += [batch for batch in read if batch.id <= position.planned]
            after = read[-1].id if read else position.planned
        return batches

    def _next(self, done: int) -> list[OutboxBatch]:
        """The range behind what is done, noted as about to be written."""
        batches = self._outbox.read(done, LIMIT_ROWS, LIMIT_BYTES)
        if batches:
            self._outbox.plan(self._name, batches[-1].id)
        return batches

    def _deliver(self, batches: Sequence[OutboxBatch], span: str) -> None:
        deleted = self._outbox.deleted(batches[0].id)
        rows = b"".join(_without(batch.body, deleted) for batch in batches)
        if not rows:
            return
        with metrics.WRITE_SECONDS.time():
            # A range that was interrupted may have been written with the deleted events, in other pieces: only a
            # refill compares every row.
            if self._store.refilling or deleted:
                self._store.refill(rows)
            else:
                self._store.write(rows, f"{span}-{zlib.crc32(rows):08x}")

    def _delete_events(self) -> None:
        """Delete events of deleted profiles from the store.

        In this thread, so that no batch is being written meanwhile that was read before the profiles were deleted.
        """
        pending = self._outbox.pending_deletions(LIMIT_DELETED)
        for project, group in groupby(pending, key=itemgetter(0)):
            deleted = list(group)
            self._store.delete(project, [profile for _, profile in deleted])
            self._outbox.deletions_done(deleted)

    def _caught_up(self, applied: Positions, *, nothing_left: bool) -> None:
        """What the outbox held when this step began is in the store. `applied` was read before the outbox was."""
        if self._store.refilling:
            self._store.refilled()
            self._refill_begun = False
        if nothing_left:
            self._see(applied)

    def _see(self, positions: Positions) -> None:
        if self._visible.has_reached(positions):
            return
        self._visible = self._visible.joined(positions)
        for position in self._visible:
            metrics.VISIBLE.labels(partition_of(position)).set(offset_of(position))

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self._turn()
            except Exception as error:  # noqa: BLE001 - whatever it is, events must flow again as soon as it is over
                self._back_off(error)
            else:
                self._worked_at = time.monotonic()

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
        fault = type(error).__name__
        with suppress(OSError, ValueError):  # the metrics' own file, on a full disk
            metrics.FAILURES.labels(fault).inc()
        _log.error(
            "events cannot be carried to the event store, trying again",
            fault=fault,
            reason=str(error) if isinstance(error, EventStoreBroken | EventStoreFailed) else "",
            seconds=self._retry_seconds,
            exc_info=error,
        )
        self._stopping.wait(self._retry_seconds)
        self._retry_seconds = min(2 * self._retry_seconds, LAST_RETRY_SECONDS)


class _Recorded(msgspec.Struct):
    profile_id: str


_recorded: Final = msgspec.json.Decoder(_Recorded).decode


def _without(body: bytes, deleted: Collection[str]) -> bytes:
    """The lines of a batch that are not events of deleted profiles."""
    if not deleted:
        return body
    return b"".join(line for line in body.splitlines(keepends=True) if _recorded(line).profile_id not in deleted)


def _described(batches: Sequence[OutboxBatch]) -> Step:
    """What carrying these batches comes to. A range that is not as large as it may be has reached the outbox's end."""
    events = sum(batch.events for batch in batches)
    size = sum(len(batch.body) for batch in batches)
    return Step(len(batches), events, more=events >= LIMIT_ROWS or size >= LIMIT_BYTES)
