"""Looks up what is known, for the few calls that are answered with it.

A look into the state takes some tenths of a millisecond, so it has a thread of its own. What was acknowledged before of
the same person is known to a call: where the worker has yet to apply that, this call waits for it, and no other.
"""

from __future__ import annotations

import asyncio
import queue
import threading
import time
from collections.abc import Callable, Sequence
from typing import Final, NamedTuple, Protocol

import msgspec

from passerby import logs
from passerby.dialects.contract import Inquiry, Known
from passerby.edge.unapplied import Unapplied
from passerby.identity.cleaning import clean_identifier, gather
from passerby.identity.namespaces import Policy
from passerby.identity.preview import plain_target, preview
from passerby.log.protocol import LogReader
from passerby.profiles.devices import IDS_SCOPE, TRAITS_SCOPE
from passerby.state.views import Moment, StateReader

PATIENCE_SECONDS: Final = 0.5
"""How long a call waits for the worker; then it is answered with what was known a moment before."""
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
        return Known(behind=True)


class _Asked(NamedTuple):
    inquiry: Inquiry
    answer: asyncio.Future[Known]
    deadline: float
    behind: bool = False


class StateDirectory:
    """Looks into the state. Belongs to one event loop, within which it is made; the log and the state to its thread."""

    def __init__(
        self,
        state: StateReader,
        log: LogReader,
        policy_of: Callable[[int], Policy],
        patience_seconds: float = PATIENCE_SECONDS,
    ) -> None:
        self._state = state
        self._unapplied = Unapplied(log)
        self._policy_of = policy_of
        self._patience = patience_seconds
        self._failing = False
        self._loop = asyncio.get_running_loop()
        self._queue: queue.SimpleQueue[_Asked | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._answer_all, name="directory", daemon=True)
        self._thread.start()

    async def known(self, inquiry: Inquiry) -> Known:
        """See Directory."""
        answer: asyncio.Future[Known] = self._loop.create_future()
        self._queue.put(_Asked(inquiry, answer, time.monotonic() + self._patience))
        return await answer

    def close(self) -> None:
        """End the thread; who waits is answered before that."""
        self._queue.put(None)
        self._thread.join()

    def _answer_all(self) -> None:
        """The thread: answer what is asked, until there comes None."""
        waiting: list[_Asked] = []
        while self._take_all(waiting):
            waiting = self._answer(waiting)
        self._answer([asked._replace(deadline=0.0) for asked in waiting])

    def _take_all(self, waiting: list[_Asked]) -> bool:
        """Take what is asked, after a moment at most where somebody waits; returns whether more may come."""
        try:
            asked = self._queue.get(timeout=LOOK_SECONDS if waiting else None)
            while asked is not None:
                waiting.append(asked)
                asked = self._queue.get_nowait()
        except queue.Empty:
            return True
        return False

    def _answer(self, waiting: list[_Asked]) -> list[_Asked]:
        """Answer who need not wait for the worker, or not any longer; returns the others."""
        try:
            ready, others = self._parted(waiting)
            found = self._found(ready)
        except Exception as error:  # noqa: BLE001 - a file that is damaged or not there yet is no reason to refuse calls
            self._fail(error)
            ready, others, found = waiting, [], [Known(behind=True)] * len(waiting)
        else:
            self._failing = False
        if ready:
            self._loop.call_soon_threadsafe(_deliver, ready, found)
        return others

    def _parted(self, waiting: list[_Asked]) -> tuple[list[_Asked], list[_Asked]]:
        """Those who can be answered now, and those who wait for the worker."""
        applied = self._state.positions()
        self._unapplied.follow(applied)
        now = time.monotonic()
        ready: list[_Asked] = []
        others: list[_Asked] = []
        for asked in waiting:
            inquiry = asked.inquiry
            names = inquiry.identifiers if inquiry.device is None else (*inquiry.identifiers, inquiry.device)
            waits = self._unapplied.is_waiting(inquiry.project, names, applied)
            if waits and asked.deadline > now:
                others.append(asked)
            else:
                ready.append(asked._replace(behind=waits or self._unapplied.is_behind(applied)))
        return ready, others

    def _fail(self, error: Exception) -> None:
        """Say once, not with every call, that nothing can be looked up."""
        if not self._failing:
            self._failing = True
            _log.error("the state cannot be read: calls are answered as if nothing were known", exc_info=error)

    def _found(self, ready: Sequence[_Asked]) -> list[Known]:
        """What is known now: one look at the state for all who ask at once."""
        if not ready:
            return []
        with self._state.moment() as moment:
            return [self._known(asked, moment) for asked in ready]

    def _known(self, asked: _Asked, moment: Moment) -> Known:
        inquiry, project = asked.inquiry, asked.inquiry.project
        device = inquiry.device and clean_identifier(inquiry.device, self._policy_of(project))
        target = self._target(inquiry, moment) if inquiry.identifiers else None
        profile = None if target is None else moment.person(target)
        seen = inquiry.key is not None and moment.seen(project, *inquiry.key)
        attributes = moment.attributes(project) if inquiry.attributes else ()
        known = Known(profile, profile_id=target or "", seen=seen, behind=asked.behind, attributes=attributes)
        if device is None:
            return known
        about, traits, ids = (
            moment.device(project, device._replace(scope=scope)) for scope in (device.scope, TRAITS_SCOPE, IDS_SCOPE)
        )
        return msgspec.structs.replace(known, device=about, traits=traits, external_ids=ids)

    def _target(self, inquiry: Inquiry, moment: Moment) -> str | None:
        """The profile that a message with these identifiers would be recorded under, by the rules of identity."""
        project, policy = inquiry.project, self._policy_of(inquiry.project)
        evidence = gather(inquiry.identifiers, policy)
        owners = moment.owners(project, evidence.mentioned)
        if not owners and not evidence.hints and not (evidence.weak and moment.has_aliases(project)):
            return None
        plain = plain_target(owners, evidence)
        if plain is not None and (owners.keys() >= set(evidence.weak) or not moment.has_aliases(project)):
            return plain
        held = moment.known(project, evidence.mentioned, evidence.hints)
        return preview(held, evidence, is_event=False, policy=policy).target


def _deliver(ready: Sequence[_Asked], found: Sequence[Known]) -> None:
    for asked, known in zip(ready, found, strict=True):
        if not asked.answer.done():  # cancelled, if the server was made to leave before
            asked.answer.set_result(known)
