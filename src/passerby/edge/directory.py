"""Looks up what is known, for the few calls that are answered with it.

A look into the state takes a tenth of a millisecond and may have to wait for the worker, so it has a thread of its own.
All inquiries that wait share one look at how far the worker is. What was acknowledged before a call is known to it,
unless the worker is further behind than anybody wants to wait: then the answer says what was known a moment before.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable
from typing import Final, NamedTuple, Protocol

from passerby import logs
from passerby.dialects.contract import Inquiry, Known
from passerby.identity.cleaning import clean, gather
from passerby.identity.namespaces import Policy
from passerby.identity.preview import preview
from passerby.log.protocol import LogReader
from passerby.profiles.view import Profile
from passerby.state.views import StateReader

PATIENCE_SECONDS: Final = 0.5
"""How long inquiries wait for the worker."""
LOOK_SECONDS: Final = 0.002
"""Pause between two looks at how far the worker is."""

_log = logs.get("edge")


class Directory(Protocol):
    """Answers inquiries."""

    async def known(self, inquiry: Inquiry) -> Known:
        """What is known of whom this inquiry names. Never fails: where nothing can be looked up, nothing is known."""


class NoDirectory:
    """Knows nobody: for an edge that has no state within reach."""

    async def known(self, _inquiry: Inquiry) -> Known:
        return Known()


class _Asked(NamedTuple):
    inquiry: Inquiry
    answer: asyncio.Future[Known]


class StateDirectory:
    """Looks into the state. Belongs to one event loop, within which it is made; the log and the state to its thread."""

    def __init__(
        self,
        state: StateReader,
        log: LogReader,
        policy_of: Callable[[int], Policy],
        new_id: Callable[[], str],
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._state = state
        self._log = log
        self._policy_of = policy_of
        self._new_id = new_id
        self._patience = patience_seconds
        self._stuck_at: int | None = None
        self._failing = False
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._answer_all, name="directory", daemon=True)
        self._thread.start()

    async def known(self, inquiry: Inquiry) -> Known:
        """See Directory."""
        answer: asyncio.Future[Known] = self._loop.create_future()
        self._queue.put(_Asked(inquiry, answer))
        return await answer

    def close(self) -> None:
        """End the thread; what is asked is answered before that."""
        self._queue.put(None)
        self._thread.join()

    def _answer_all(self) -> None:
        """The thread: answer whatever waits, until there comes None."""
        while asked := self._queue.get():
            waiting = [asked]
            ended = self._take_all(waiting)
            found = self._look_up(waiting)
            self._loop.call_soon_threadsafe(_deliver, waiting, found)
            if ended:
                return

    def _take_all(self, waiting: list[_Asked]) -> bool:
        """Take what else waits; returns whether that was the end."""
        while not self._queue.empty():
            asked = self._queue.get()
            if asked is None:
                return True
            waiting.append(asked)
        return False

    def _look_up(self, waiting: list[_Asked]) -> list[Known]:
        try:
            self._wait_for_worker()
            found = [self._known(asked.inquiry) for asked in waiting]
        except Exception as error:  # noqa: BLE001 - a file that is damaged or not there yet is no reason to refuse calls
            if not self._failing:
                self._failing = True
                _log.error("the state cannot be read: calls are answered as if nothing were known", exc_info=error)
            return [Known()] * len(waiting)
        self._failing = False
        return found

    def _wait_for_worker(self) -> None:
        """Wait until the worker has applied what the log holds now; not again for one that is stuck."""
        head = self._log.head()
        deadline = time.monotonic() + self._patience
        while (position := self._state.position()) < head:
            if position == self._stuck_at:
                return
            if time.monotonic() >= deadline:
                self._stuck_at = position
                return
            time.sleep(LOOK_SECONDS)
        self._stuck_at = None

    def _known(self, inquiry: Inquiry) -> Known:
        device = inquiry.device
        value = clean(device.namespace, device.value, self._policy_of(inquiry.project))
        about = {} if value is None else self._state.device(inquiry.project, device._replace(value=value))
        return Known(self._profile(inquiry), about)

    def _profile(self, inquiry: Inquiry) -> Profile | None:
        """The profile that a message with these identifiers would be recorded under, by the rules of identity."""
        project, policy = inquiry.project, self._policy_of(inquiry.project)
        evidence = gather(inquiry.identifiers, policy)
        held = self._state.known(project, evidence.mentioned, evidence.hints)
        found = preview(held, evidence, is_event=False, policy=policy, new_id=self._new_id)
        return None if found.target is None else self._state.profile(project, found.target)


def _deliver(waiting: list[_Asked], found: list[Known]) -> None:
    for asked, known in zip(waiting, found, strict=True):
        if not asked.answer.done():  # cancelled, if the server was made to leave before
            asked.answer.set_result(known)
