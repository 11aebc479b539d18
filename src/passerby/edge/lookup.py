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
from passerby.dialects.contract import Lookup, LookupResult
from passerby.edge.unapplied import Unapplied
from passerby.identity.cleaning import clean_identifier, collect_evidence
from passerby.identity.namespaces import Policy
from passerby.identity.preview import plain_target, preview
from passerby.log.protocol import LogReader
from passerby.profiles.devices import IDS_SCOPE, TRAITS_SCOPE
from passerby.state.views import ReadSnapshot, StateReader

PATIENCE_SECONDS: Final = 0.5
"""How long a call waits for the worker; then it is answered with what was known a moment before."""
LOOK_SECONDS: Final = 0.002
"""Pause between two looks at how far the worker is."""

_log = logs.get("edge")


class ProfileLookup(Protocol):
    """Answers inquiries."""

    async def known(self, lookup: Lookup) -> LookupResult:
        """What is known of whom this lookup names. Never fails: where nothing can be looked up, nothing is known."""


class NoProfileLookup:
    """Knows nobody: for an edge that has no state within reach."""

    async def known(self, _inquiry: Lookup) -> LookupResult:
        return LookupResult(behind=True)


class _Asked(NamedTuple):
    lookup: Lookup
    answer: asyncio.Future[LookupResult]
    deadline: float
    behind: bool = False


class StateProfileLookup:
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
        self._thread = threading.Thread(target=self._answer_all, name="lookup", daemon=True)
        self._thread.start()

    async def known(self, lookup: Lookup) -> LookupResult:
        """See ProfileLookup."""
        answer: asyncio.Future[LookupResult] = self._loop.create_future()
        self._queue.put(_Asked(lookup, answer, time.monotonic() + self._patience))
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
            ready, others, found = waiting, [], [LookupResult(behind=True)] * len(waiting)
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
            lookup = asked.lookup
            names = lookup.identifiers if lookup.device is None else (*lookup.identifiers, lookup.device)
            waits = self._unapplied.is_waiting(lookup.project, names, applied)
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

    def _found(self, ready: Sequence[_Asked]) -> list[LookupResult]:
        """What is known now: one look at the state for all who ask at once."""
        if not ready:
            return []
        with self._state.snapshot() as snapshot:
            return [self._known(asked, snapshot) for asked in ready]

    def _known(self, asked: _Asked, snapshot: ReadSnapshot) -> LookupResult:
        lookup, project = asked.lookup, asked.lookup.project
        device = lookup.device and clean_identifier(lookup.device, self._policy_of(project))
        target = self._target(lookup, snapshot) if lookup.identifiers else None
        profile = None if target is None else snapshot.person(target)
        seen = lookup.key is not None and snapshot.seen(project, *lookup.key)
        attributes = snapshot.attributes(project) if lookup.attributes else ()
        known = LookupResult(profile, profile_id=target or "", seen=seen, behind=asked.behind, attributes=attributes)
        if device is None:
            return known
        about, traits, ids = (
            snapshot.device(project, device._replace(scope=scope)) for scope in (device.scope, TRAITS_SCOPE, IDS_SCOPE)
        )
        return msgspec.structs.replace(known, device=about, traits=traits, external_ids=ids)

    def _target(self, lookup: Lookup, snapshot: ReadSnapshot) -> str | None:
        """The profile that a message with these identifiers would be recorded under, by the rules of identity."""
        project, policy = lookup.project, self._policy_of(lookup.project)
        evidence = collect_evidence(lookup.identifiers, policy)
        owners = snapshot.owners(project, evidence.mentioned)
        if not owners and not evidence.hints and not (evidence.weak and snapshot.has_aliases(project)):
            return None
        plain = plain_target(owners, evidence)
        if plain is not None and (owners.keys() >= set(evidence.weak) or not snapshot.has_aliases(project)):
            return plain
        held = snapshot.known(project, evidence.mentioned, evidence.hints)
        return preview(held, evidence, is_event=False, policy=policy).target


def _deliver(ready: Sequence[_Asked], found: Sequence[LookupResult]) -> None:
    for asked, known in zip(ready, found, strict=True):
        if not asked.answer.done():  # cancelled, if the server was made to leave before
            asked.answer.set_result(known)
