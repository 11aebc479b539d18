"""Records the outcomes of a destination's items and its position, in one transaction."""

from __future__ import annotations

import asyncio
from typing import Final

import msgspec

from passerby import logs
from passerby.deliveries.protocol import Changes
from passerby.delivery.destinations.ledger import LANE_FULL, LANE_LIMIT, Ledger
from passerby.delivery.destinations.shared import Shared
from passerby.destinations.breaker import Breaker
from passerby.destinations.records import PauseReason

FIRST_WAIT_SECONDS: Final = 0.5
LAST_WAIT_SECONDS: Final = 10.0
"""Times before a failed transaction is repeated."""

_log = logs.get("delivery")


class Recorder:
    """Writes what the ledger of one destination has collected."""

    def __init__(self, destination: str, shared: Shared) -> None:
        self._id = destination
        self._shared = shared
        self._last: Changes | None = None
        """What was recorded last."""
        self.stopping = False
        """Whether a failed transaction is not repeated any more."""

    async def record(self, ledger: Ledger, breaker: Breaker, paused: PauseReason | None, now: int) -> None:
        """Record the outcomes since the last call; `paused` if the destination was paused, or with "" resumed, since.

        While that fails, as on a full disk, it is repeated, so that the destination sends nothing more. Outcomes that
        are not recorded before the process ends are repeated after the next start.
        """
        changes = ledger.take(now, msgspec.json.encode(breaker).decode())
        if changes.is_like(self._last) and paused is None:
            return

        def write() -> None:
            self._shared.store.record(self._id, changes)
            if paused is not None:
                self._shared.pause(self._id, paused)

        seconds = FIRST_WAIT_SECONDS
        while True:
            try:
                await self._shared.in_thread(write)
                break
            except Exception as fault:  # noqa: BLE001 - an outcome that is not recorded would be sent again
                _log.exception(
                    "outcomes cannot be recorded, retrying", destination=self._id, error=type(fault).__name__
                )
                if self.stopping:
                    return
                await asyncio.sleep(seconds)
                seconds = min(2 * seconds, LAST_WAIT_SECONDS)
        ledger.recorded(changes)
        self._last = changes
        for person in sorted(ledger.overfull):
            await self._drop_oldest(ledger, person, now)

    async def _drop_oldest(self, ledger: Ledger, person: str, now: int) -> None:
        """Give up the oldest parked items of a person that has too many, as far as they are recorded already."""
        store, excess = self._shared.store, ledger.window.parked(person) - LANE_LIMIT
        if excess <= 0:
            ledger.overfull.discard(person)
            return
        for parked in await self._shared.in_thread(lambda: store.oldest_of_person(self._id, person, excess)):
            if ledger.begin_retry(parked):
                ledger.dropped(parked, LANE_FULL, now)
