"""Implements `wait=`: waits until everything accepted before the request is readable.

Acknowledged messages are in the log. They are visible when the worker has applied the log up to their position and the
relay has delivered the resulting events to the event store.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import NamedTuple, Protocol

from passerby.positions import START, Positions
from passerby.services.errors import ErrorCode, ServiceError
from passerby.services.log import AcceptedLog
from passerby.state.views import StateReader

LOOK_SECONDS = 0.005
"""Pause between two checks of the positions of worker and relay. All waiting requests share one check."""


class VisibleEvents(Protocol):
    """The positions of the event store; see `event_store.protocol.EventStore`."""

    @property
    def visible(self) -> Positions:
        """The log positions up to which every event can be read."""


class Progress(NamedTuple):
    """Positions up to which messages are accepted, applied, and their events can be read."""

    accepted: Positions
    applied: Positions
    visible: Positions


class Visibility:
    """Waits until everything in the log is visible. Belongs to one event loop."""

    def __init__(
        self,
        log: AcceptedLog,
        state: StateReader,
        events: VisibleEvents,
        nudge: Callable[[], None],
        longest_seconds: float,
    ) -> None:
        """`nudge` makes the relay read the outbox at once, rather than after its usual pause."""
        self._log = log
        self._state = state
        self._events = events
        self._nudge = nudge
        self._longest = longest_seconds
        self._applied = START
        self._looked = float("-inf")
        self._ending = False

    def progress(self) -> Progress:
        """Return the positions of log, worker and relay."""
        # The last of the three is read first: whatever happens in between, none is ahead of the one before it.
        visible, applied = self._events.visible, self._state.positions()
        return Progress(self._log.head(), applied, visible.met(applied))

    def end(self) -> None:
        """End all waits, because the server stops. May be called from a signal handler."""
        self._ending = True

    def visible(self) -> Positions:
        """The log positions up to which every event can be read."""
        return self._events.visible

    def is_ending(self) -> bool:
        """Whether the server stops."""
        return self._ending

    async def wait(self, seconds: float) -> None:
        """Return when everything that is in the log at this moment is visible; at once for 0 seconds.

        Raises ServiceError where that takes longer than so many seconds, or than the longest time allowed, and where
        the server stops.
        """
        if seconds <= 0:
            return
        head = self._log.head()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(seconds, self._longest)
        while not self._is_visible(head, loop.time()):
            if self._ending or loop.time() >= deadline:
                progress = Progress(head, self._applied, self._events.visible)
                details = {name: positions.to_json() for name, positions in progress._asdict().items()}
                raise ServiceError(ErrorCode.NOT_YET_VISIBLE, "not everything accepted before is visible yet", details)
            await asyncio.sleep(LOOK_SECONDS)

    def _is_visible(self, head: Positions, now: float) -> bool:
        # The state is read on the event loop: one row, which takes less than handing it to a thread.
        if not self._applied.has_reached(head) and now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._applied = self._state.positions()
        if not self._applied.has_reached(head):
            return False
        if self._events.visible.has_reached(head):
            return True
        self._nudge()  # only now: before, the outbox does not have all events yet
        return False
