"""Group commit: every request that waits shares one durable write, and is answered only after it.

While one batch is being written the next one gathers, so batches grow with the load by themselves and an idle edge
writes at once.

Where the disk is fast, the event loop writes by itself: it stands still for a tenth of a millisecond, which costs less
than to wake a thread. Where it is not, a thread writes, and how long that takes is no concern of the event loop's.
Which of the two it is, is found out by trying (docs/decisions/0002-group-commit.md).
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from typing import Final

import msgspec

from passerby import logs
from passerby.dialects.contract import Fault, RequestFault
from passerby.edge.budget import Budget, logged_limit
from passerby.edge.metrics import COMMIT_MESSAGES, COMMIT_SECONDS, MESSAGES
from passerby.log.protocol import LogWriter
from passerby.messages import Message

BATCH_MESSAGES: Final = 5_000
BATCH_BYTES: Final = 4 << 20
"""What one durable write holds at most, about: readers of the log take a whole write at a time."""

SLOW_SECONDS: Final = 0.001
"""From here on a write is slow. Two of them in a row, and the thread takes over: one may be the odd checkpoint."""
ASIDE_SECONDS: Final = 1.0
"""How long the thread then writes, until the event loop tries again whether that was all."""

_log = logs.get("edge")
_encode = msgspec.json.Encoder().encode


Told = Callable[[Fault | None], None]
"""Hears what became of a batch: None once it is on disk, else why it is not."""


class Batch:
    """Messages that share a write. Who waits for it is in `waiting`, and is told in that order what became of it."""

    __slots__ = ("counts", "encoded", "seconds", "size", "waiting")

    def __init__(self) -> None:
        self.encoded: list[bytes] = []
        self.counts: dict[int, int] = {}
        self.size = 0
        self.seconds = 0.0
        self.waiting: list[Told] = []


class GroupCommit:
    """Writes to the log for one event loop, whose thread alone may call `add`, `close` and make one of this."""

    def __init__(self, log: LogWriter, budget: Budget, clock: Callable[[], int]) -> None:
        self._log = log
        self._budget = budget
        self._clock = clock
        self._loop = asyncio.get_running_loop()
        self._gathering: Batch | None = None
        self._waiting: deque[Batch] = deque()
        self._writing = False
        self._refusing = False
        self._slow_writes = 1
        self._aside_until = self._loop.time() + ASIDE_SECONDS
        self._queue: queue.SimpleQueue[Batch | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_all, name="commit", daemon=True)
        self._thread.start()

    def keep(self, messages: Sequence[Message], received: int) -> asyncio.Future[Fault | None]:
        """As `add`, for somebody who awaits what became of them."""
        outcome: asyncio.Future[Fault | None] = self._loop.create_future()
        self.add(messages, received, partial(_tell, outcome))
        return outcome

    def add(self, messages: Sequence[Message], received: int, told: Told) -> None:
        """Hand one request's messages over, of one project, which are kept or refused together.

        `received` is the size of the request's body in bytes. `told` is called, in the event loop, when the messages
        are durable or have failed. It must not raise. Raises RequestFault: OVERLOADED if too much is waiting already,
        TOO_LARGE if the messages are out of all proportion to the body.
        """
        if self._budget.spent:
            raise RequestFault(Fault.OVERLOADED)
        encoded, size = encode_within(logged_limit(received), messages)
        if not self._budget.fits(size):
            raise RequestFault(Fault.OVERLOADED)
        batch = self._gathering or self._begin()
        batch.encoded += encoded
        project = messages[0].project
        batch.counts[project] = batch.counts.get(project, 0) + len(messages)
        self._budget.taken += size
        batch.size += size
        batch.waiting.append(told)
        if batch.size >= BATCH_BYTES or len(batch.encoded) >= BATCH_MESSAGES:
            self._gathering = None
            self._waiting.append(batch)

    def _begin(self) -> Batch:
        self._gathering = batch = Batch()
        if not self._writing:
            # Not at once: what arrived together with this request is about to be added, too.
            self._writing = True
            self._loop.call_soon(self._next)
        return batch

    def _next(self) -> None:
        """Have the oldest batch written, or rest if there is none."""
        if self._waiting:
            batch = self._waiting.popleft()
        elif self._gathering:
            batch, self._gathering = self._gathering, None
        else:
            self._writing = False
            return
        if self._loop.time() < self._aside_until:
            self._queue.put(batch)
        else:
            self._write_here(batch)

    def _write_here(self, batch: Batch) -> None:
        """Write in the event loop's own thread, and see whether that was a good idea."""
        self._settle(batch, self._write(batch))
        self._slow_writes = self._slow_writes + 1 if batch.seconds > SLOW_SECONDS else 0
        if self._slow_writes > 1:
            self._aside_until = self._loop.time() + ASIDE_SECONDS
        self._loop.call_soon(self._next)  # behind the answers that are going out now

    def _write_all(self) -> None:
        """The thread: write batch after batch until there comes None."""
        while batch := self._queue.get():
            fault = self._write(batch)
            self._loop.call_soon_threadsafe(self._written, batch, fault)

    def _write(self, batch: Batch) -> Fault | None:
        began = time.perf_counter()
        try:
            self._log.append(batch.encoded, batch.counts, self._clock())
        except Exception as error:  # noqa: BLE001 - LogFull, LogDamaged; and whatever it is, somebody waits for an answer
            self._refuse(error)
            return Fault.UNAVAILABLE
        finally:
            batch.seconds = time.perf_counter() - began
        if self._refusing:
            self._refusing = False
            _log.warning("the log takes messages again")
        return None

    def _refuse(self, error: Exception) -> None:
        """Say once, not with every batch, that nothing can be kept."""
        if not self._refusing:
            self._refusing = True
            _log.critical("the log takes no messages: every request is refused until it does", exc_info=error)

    def _written(self, batch: Batch, fault: Fault | None) -> None:
        self._settle(batch, fault)
        self._next()

    def _settle(self, batch: Batch, fault: Fault | None) -> None:
        """Let everybody who waits for this batch know."""
        self._budget.taken -= batch.size
        if fault is None:
            COMMIT_SECONDS.observe(batch.seconds)
            MESSAGES.inc(len(batch.encoded))
            COMMIT_MESSAGES.observe(len(batch.encoded))
        for told in batch.waiting:
            told(fault)

    def close(self) -> None:
        """Write what was handed to the thread, and end it. What is still gathering then belongs to no open request."""
        self._queue.put(None)
        self._thread.join()


def encode_within(limit: int, messages: Sequence[Message]) -> tuple[list[bytes], int]:
    """The JSON of each message, and their size together. Raises RequestFault (TOO_LARGE) once that is too much."""
    encoded: list[bytes] = []
    size = 0
    for message in messages:
        one = _encode(message)
        size += len(one)
        if size > limit:
            raise RequestFault(Fault.TOO_LARGE, "stored_size", limit=limit)
        encoded.append(one)
    return encoded, size


def _tell(outcome: asyncio.Future[Fault | None], fault: Fault | None) -> None:
    if not outcome.done():  # cancelled, if the server was made to leave before the disk answered
        outcome.set_result(fault)
