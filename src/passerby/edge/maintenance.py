"""What an edge does from time to time between requests."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from passerby import logs
from passerby.edge.metrics import PRUNED
from passerby.edge.rejections import RejectionBuffer, RejectionWriter
from passerby.log.protocol import LogWriter

BEAT_SECONDS: Final = 1.0
PRUNE_SECONDS: Final = 60.0
COUNT_SECONDS: Final = 60.0

_log = logs.get("edge")


async def run_every(*chores: Callable[[], object], seconds: float = BEAT_SECONDS) -> None:
    """Do these about once a second, for ever. One that fails is reported, and done again the next time."""
    while True:
        await asyncio.sleep(seconds)
        for chore in chores:
            try:
                chore()
            except Exception:  # noqa: BLE001 - whatever stops it once must not stop it, or the others, for good
                _log.exception("a regular task failed")


async def prune_log(log: LogWriter, clock: Callable[[], int], seconds: float = PRUNE_SECONDS) -> None:
    """Let the log forget what it may, about once a minute, for ever; in a thread beside the requests."""
    while True:
        await asyncio.sleep(seconds)
        try:
            pruned = await asyncio.to_thread(log.prune, clock())
        except Exception:  # noqa: BLE001 - as above
            _log.exception("the log cannot be pruned")
        else:
            PRUNED.inc(pruned)


async def write_rejections(
    rejections: RejectionBuffer, keeper: RejectionWriter, clock: Callable[[], int], seconds: float = BEAT_SECONDS
) -> None:
    """Write what was refused, about once a second, for ever; in a thread beside the requests."""
    tidied = 0
    while True:
        await asyncio.sleep(seconds)
        noted, left_out = rejections.take()
        now = clock()
        try:
            await asyncio.to_thread(keeper.keep, noted, left_out)
            if now - tidied >= PRUNE_SECONDS * 1000:
                tidied = now
                await asyncio.to_thread(keeper.tidy, now)
        except Exception:  # noqa: BLE001 - as above; what could not be written is lost, and nothing else
            _log.exception("refused requests cannot be kept")


async def write_key_uses(
    take: Callable[[], Mapping[int, int]],
    keeper: RejectionWriter,
    clock: Callable[[], int],
    seconds: float = COUNT_SECONDS,
) -> None:
    """Write how many times each key was used, once a minute, in a thread. `take` returns the new uses by key id."""
    while True:
        await asyncio.sleep(seconds)
        try:
            await asyncio.to_thread(keeper.count_uses, take(), clock())
        except Exception:  # noqa: BLE001 - as above; a minute's counts are lost
            _log.exception("the uses of keys cannot be counted")
