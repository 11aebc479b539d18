"""`wait=`: a reader who has just been told that something was accepted can ask to see it.

What was acknowledged is in the log. It is visible when the worker has applied the log that far and the relay has
carried what that came to into the event store.
"""

from __future__ import annotations

import asyncio
from typing import NamedTuple, Protocol

from passerby.services.errors import ApiError, ErrorCode
from passerby.services.log import AcceptedLog
from passerby.state.views import StateReader

LOOK_SECONDS = 0.005
"""Pause between two looks at how far worker and relay are. Everybody who waits shares one look."""


class Relay(Protocol):
    """The relay to the event store, as far as a reader must know it."""

    @property
    def visible_position(self) -> int:
        """The log position up to which every event can be read from the event store."""

    def nudge(self) -> None:
        """Look for something to carry now, not at the end of the usual pause."""


class Positions(NamedTuple):
    """How far the log goes, how far it is applied, and how far events can be read."""

    accepted: int
    applied: int
    visible: int


class Visibility:
    """Waits until what the log holds is to be seen. Belongs to one event loop."""

    def __init__(self, log: AcceptedLog, state: StateReader, relay: Relay, longest_seconds: float) -> None:
        self._log = log
        self._state = state
        self._relay = relay
        self._longest = longest_seconds
        self._applied = 0
        self._looked = float("-inf")
        self._ending = False

    def positions(self) -> Positions:
        """Where log, worker and relay are. The last first: whatever happens in between, none is ahead of another."""
        visible, applied = self._relay.visible_position, self._state.position()
        return Positions(self._log.head(), applied, min(visible, applied))

    def end(self) -> None:
        """Let nobody wait any longer: the server stops. May be called from a signal handler."""
        self._ending = True

    def visible_position(self) -> int:
        """The log position up to which every event can be read."""
        return self._relay.visible_position

    def is_ending(self) -> bool:
        """Whether the server stops."""
        return self._ending

    async def wait(self, seconds: float) -> None:
        """Return when everything that is in the log at this moment is visible; at once for 0 seconds.

        Raises ApiError where that takes longer than so many seconds, or than the longest time allowed, and where the
        server stops.
        """
        if seconds <= 0:
            return
        head = self._log.head()
        loop = asyncio.get_running_loop()
        deadline = loop.time() + min(seconds, self._longest)
        while not self._is_visible(head, loop.time()):
            if self._ending or loop.time() >= deadline:
                raise self._too_late(head)
            await asyncio.sleep(LOOK_SECONDS)

    def _is_visible(self, position: int, now: float) -> bool:
        if self._applied < position and now - self._looked >= LOOK_SECONDS:
            self._looked = now
            self._applied = self._state.position()
        if self._applied < position:
            return False
        if self._relay.visible_position >= position:
            return True
        self._relay.nudge()
        return False

    def _too_late(self, head: int) -> ApiError:
        details = {"accepted": head, "applied": self._applied, "visible": self._relay.visible_position}
        return ApiError(ErrorCode.NOT_YET_VISIBLE, "not everything accepted before is visible yet", details)
