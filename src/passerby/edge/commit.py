"""Group commit: concurrent requests share one durable write, and each is answered after it.

While one batch is written the next one fills, so batches grow with the load, and an idle edge writes immediately.

On a fast disk the event loop writes: blocking it for a tenth of a millisecond costs less than waking a thread. On a
slow disk a thread writes, and the event loop is not blocked. The choice adapts to measured write times
(docs/decisions/0002-group-commit.md).
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

import msgspec

from passerby import logs
from passerby.dialects.contract import Fault, RequestFault
from passerby.edge.limits import Budget, logged_limit
from passerby.edge.metrics import COMMIT_MESSAGES, COMMIT_SECONDS, MESSAGES
from passerby.log.protocol import LogWriter
from passerby.messages import Message

BATCH_MESSAGES: Final = 5_000
BATCH_BYTES: Final = 4 << 20
"""Approximate limit of one durable write: readers of the log decode whole batches."""

SLOW_SECONDS: Final = 0.001
"""A longer write is slow. After two in a row the thread takes over; a single one may be a checkpoint of SQLite."""
THREAD_SECONDS: Final = 1.0
"""How long the thread then writes before the event loop tries again."""

_log = logs.get("edge")
_encode = msgspec.json.Encoder().encode


OnCommit = Callable[[Fault | None], None]
"""Callback invoked once the batch is durable (`None`) or has failed (the fault)."""


class Batch:
    """Messages that share a write. The callbacks in `waiting` are invoked in order after it."""

    __slots__ = ("counts", "encoded", "seconds", "size", "waiting")

    def __init__(self) -> None:
        self.encoded: list[bytes] = []
        self.counts: dict[int, int] = {}
        self.size = 0
        self.seconds = 0.0
        self.waiting: list[OnCommit] = []


class GroupCommit:
    """Writes to the log. To be created and used from the thread of one event loop."""

    def __init__(self, log: LogWriter, budget: Budget, clock: Callable[[], int]) -> None:
        self._log = log
        self._budget = budget
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._gathering: Batch | None = None
        self._waiting: deque[Batch] = deque()
        self._writing = False
        self._failing = False
        # The disk is not measured yet: the thread writes first, and one slow write of the event loop returns to it.
        self._slow_writes = 1
        self._thread_until = self._loop.time() + THREAD_SECONDS
        self._queue: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="commit", daemon=True)
        self._thread.start()

    def add(self, messages: Sequence[Message], received: int, on_commit: OnCommit) -> None:
        """Add the messages of one request to the batch; all are of one project and are stored or rejected together.

        `received` is the size of the request's body in bytes. `on_commit` is called in the event loop when the messages
        are durable or have failed; it must not raise. Raises RequestFault: OVERLOADED if the budget is used up,
        TOO_LARGE if the messages are too large for the size of the body (see `logged_limit`).
        """
        if self._budget.spent:
            raise RequestFault(Fault.OVERLOADED)
        encoded, size = encode_within(logged_limit(received), messages)
        if not self._budget.fits(size):
            raise RequestFault(Fault.OVERLOADED)
        batch = self._gathering
        if batch is None:
            batch = self._gathering = Batch()
            if not self._writing:
                # In the next iteration of the event loop, so requests that arrived together share the batch.
                self._writing = True
                self._loop.call_soon(self._next)
        batch.encoded += encoded
        project = messages[0].project
        batch.counts[project] = batch.counts.get(project, 0) + len(messages)
        self._budget.taken += size
        batch.size += size
        batch.waiting.append(on_commit)
        if batch.size >= BATCH_BYTES or len(batch.encoded) >= BATCH_MESSAGES:
            self._gathering = None
            self._waiting.append(batch)

    def _next(self) -> None:
        """Write the oldest batch, if there is one: here on a fast disk, in the writer thread on a slow one."""
        if self._waiting:
            batch = self._waiting.popleft()
        elif self._gathering:
            batch, self._gathering = self._gathering, None
        else:
            self._writing = False
            return
        if self._loop.time() < self._thread_until:
            self._queue.put(batch)
            return
        self._settle(batch, self._write(batch))
        self._slow_writes = self._slow_writes + 1 if batch.seconds > SLOW_SECONDS else 0
        if self._slow_writes > 1:
            self._thread_until = self._loop.time() + THREAD_SECONDS
        self._loop.call_soon(self._next)  # after the responses that are being sent now

    def _write_all(self) -> None:
        """Run the writer thread: write queued batches until None."""
        while batch := self._queue.get():
            fault = self._write(batch)
            self._loop.call_soon_threadsafe(self._written, batch, fault)

    def _write(self, batch: Batch) -> Fault | None:
        began = time.perf_counter()
        try:
            self._log.append(batch.encoded, batch.counts, self._clock())
        except Exception as error:  # noqa: BLE001 - LogFull, LogDamaged; whatever it is, requests wait for a response
            # Logged once per outage, not once per batch.
            if not self._failing:
                self._failing = True
                _log.critical("cannot write to the log: rejecting all requests", exc_info=error)
            return Fault.UNAVAILABLE
        finally:
            batch.seconds = time.perf_counter() - began
        if self._failing:
            self._failing = False
            _log.warning("writing to the log again")
        return None

    def _written(self, batch: Batch, fault: Fault | None) -> None:
        self._settle(batch, fault)
        self._next()

    def _settle(self, batch: Batch, fault: Fault | None) -> None:
        """Release the batch's memory and invoke its callbacks."""
        self._budget.taken -= batch.size
        if fault is None:
            COMMIT_SECONDS.observe(batch.seconds)
            MESSAGES.inc(len(batch.encoded))
            COMMIT_MESSAGES.observe(len(batch.encoded))
        for on_commit in batch.waiting:
            on_commit(fault)

    def close(self) -> None:
        """Write the batches queued for the thread, and end it. To be called when no request is open."""
        self._queue.put(None)
        self._thread.join()


def encode_within(limit: int, messages: Sequence[Message]) -> tuple[list[bytes], int]:
    """Encode messages as JSON; return them and their total size. Raises RequestFault (TOO_LARGE) beyond `limit`."""
    encoded: list[bytes] = []
    size = 0
    for message in messages:
        one = _encode(message)
        size += len(one)
        if size > limit:
            raise RequestFault(Fault.TOO_LARGE, "stored_size", limit=limit)
        encoded.append(one)
    return encoded, size
