"""The thread pool for blocking reads of the engines: a slow query does not block the event loop."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import ParamSpec, TypeVar

from passerby.services.errors import ErrorCode, ServiceError
from passerby.services.slowest import Slowest, SlowRead, name_of

THREADS = 4
"""Engines keep a connection for each thread. More threads do not answer faster on the cores of a small machine."""
WAITING = 256
"""Reads that may run or wait for a thread. Further ones fail with 503 and `Retry-After`, to bound memory."""
RETRY_AFTER_SECONDS = 1

P = ParamSpec("P")
T = TypeVar("T")


class Readers:
    """Runs blocking reads in a bounded number of threads, with a bounded number waiting. Belongs to one event loop.

    `slowest` holds which reads of the last hour took longest, waiting for a thread included.
    """

    def __init__(self, threads: int = THREADS, waiting: int = WAITING) -> None:
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._room = waiting
        self.slowest = Slowest()

    async def run(self, read: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a blocking call; return or raise what it does. Raises ServiceError where too many reads wait."""
        # Counted here and not by the executor, whose queue has no limit.
        if self._room <= 0:
            headers = {"Retry-After": str(RETRY_AFTER_SECONDS)}
            raise ServiceError(ErrorCode.OVERLOADED, "too many requests are waiting to be answered", headers=headers)
        self._room -= 1
        begun = time.time()  # before the wait for a thread: that is what a caller notices
        try:
            return await asyncio.get_running_loop().run_in_executor(self._threads, partial(read, *args, **kwargs))
        finally:
            self._room += 1
            ended = time.time()
            self.slowest.note(SlowRead(name_of(read), ended - begun, ended))

    def close(self) -> None:
        """Wait for running reads; cancel those that have not started."""
        self._threads.shutdown(cancel_futures=True)
