"""Periodic tasks of an edge process: pruning the log, writing rejected requests and counts of key uses."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from passerby import logs
from passerby.edge.metrics import PRUNED
from passerby.edge.rejections import RejectionBuffer, RejectionWriter
from passerby.log.protocol import LogWriter

INTERVAL_SECONDS: Final = 1.0
PRUNE_SECONDS: Final = 60.0
COUNT_SECONDS: Final = 60.0

_log = logs.get("edge")


async def run_every(*tasks: Callable[[], object], seconds: float = INTERVAL_SECONDS) -> None:
    """Call these functions about once a second. An exception is logged; the function is called again next time."""
    while True:
        await asyncio.sleep(seconds)
        for task in tasks:
            try:
                task()
            except Exception:  # noqa: BLE001 - one failure must end neither this task nor the others
                _log.exception("periodic task failed")


async def prune_log(log: LogWriter, clock: Callable[[], int], seconds: float = PRUNE_SECONDS) -> None:
    """Prune expired log batches every minute in a background thread."""
    while True:
        await asyncio.sleep(seconds)
        try:
            pruned = await asyncio.to_thread(log.prune, clock())
        except Exception:  # noqa: BLE001 - as above
            _log.exception("cannot prune the log")
        else:
            PRUNED.inc(pruned)


async def write_rejections(
    rejections: RejectionBuffer, writer: RejectionWriter, clock: Callable[[], int], seconds: float = INTERVAL_SECONDS
) -> None:
    """Write rejected requests every second, and prune old ones every minute, in a background thread."""
    pruned_at = 0  # at once: the server may have been stopped for days
    while True:
        await asyncio.sleep(seconds)
        rejected, uncaptured = rejections.take()  # here, because the buffer is used from this thread alone
        now = clock()
        try:
            await asyncio.to_thread(writer.write, rejected, uncaptured)
            if now - pruned_at >= PRUNE_SECONDS * 1000:
                pruned_at = now
                await asyncio.to_thread(writer.prune, now)
        except Exception:  # noqa: BLE001 - as above; rejected requests are for display, so losing some is acceptable
            _log.exception("cannot write rejected requests")


async def write_key_uses(
    take: Callable[[], Mapping[int, int]],
    writer: RejectionWriter,
    clock: Callable[[], int],
    seconds: float = COUNT_SECONDS,
) -> None:
    """Write the number of uses of each key every minute in a background thread. `take` returns new uses by key id."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(writer.count_uses, take(), clock())
        except Exception:  # noqa: BLE001 - as above; a minute's counts are lost
            _log.exception("cannot count the uses of keys")
