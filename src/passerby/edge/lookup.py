"""Looks up profiles and devices in the state, for the few calls whose response depends on them.

A lookup takes some tenths of a millisecond and runs in a thread, which keeps the event loop free. Reads follow writes:
if an acknowledged message with the same identifiers is not applied yet, the lookup waits for the worker. Other lookups
are not delayed.
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
"""How long a lookup waits for the worker; then its result is marked as behind."""
POLL_SECONDS: Final = 0.002
"""Interval at which the worker's position is polled while lookups wait."""

_log = logs.get("edge")


class ProfileLookup(Protocol):
    """Performs lookups."""

    async def known(self, lookup: Lookup) -> LookupResult:
        """Return the result of a lookup. Never raises: if the state cannot be read, the result is empty and behind."""


class NoProfileLookup:
    """A lookup without a state: every result is empty and behind."""

    async def known(self, _inquiry: Lookup) -> LookupResult:
        return LookupResult(behind=True)


class _Pending(NamedTuple):
    """A lookup in progress. `behind` says that unapplied messages are missing from its result."""

    lookup: Lookup
    answer: asyncio.Future[LookupResult]
    deadline: float
    behind: bool = False


class StateProfileLookup:
    """Lookups in the state. To be created and used within one event loop; `state` and `log` belong to its thread."""

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
        self._queue: queue.SimpleQueue[_Pending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._answer_all, name="lookup", daemon=True)
        self._thread.start()

    async def known(self, lookup: Lookup) -> LookupResult:
        """Return the result of a lookup. See ProfileLookup."""
        answer: asyncio.Future[LookupResult] = self._loop.create_future()
        self._queue.put(_Pending(lookup, answer, time.monotonic() + self._patience))
        return await answer

    def close(self) -> None:
        """End the thread, after it has completed all lookups."""
        self._queue.put(None)
        self._thread.join()

    def _answer_all(self) -> None:
        """Run the lookup thread until None is queued."""
        waiting: list[_Pending] = []
        while True:
            try:
                # Without a timeout while no lookup waits for the worker: an idle edge polls nothing.
                pending = self._queue.get(timeout=POLL_SECONDS if waiting else None)
                while pending is not None:
                    waiting.append(pending)
                    pending = self._queue.get_nowait()
                break
            except queue.Empty:  # all that were queued are taken: they share one read snapshot
                waiting = self._answer(waiting)
        self._answer([pending._replace(deadline=0.0) for pending in waiting])

    def _answer(self, waiting: list[_Pending]) -> list[_Pending]:
        """Complete the lookups that do not wait for the worker, or not any longer; return the others."""
        ready: list[_Pending] = []
        others: list[_Pending] = []
        found: list[LookupResult] = []
        try:
            applied = self._state.positions()
            self._unapplied.follow(applied)
            now = time.monotonic()
            for pending in waiting:
                lookup = pending.lookup
                names = lookup.identifiers if lookup.device is None else (*lookup.identifiers, lookup.device)
                waits = self._unapplied.is_waiting(lookup.project, names, applied)
                if waits and pending.deadline > now:
                    others.append(pending)
                else:
                    ready.append(pending._replace(behind=waits or self._unapplied.is_behind(applied)))
            if ready:
                with self._state.snapshot() as snapshot:
                    found = [self._result(pending, snapshot) for pending in ready]
        except Exception as error:  # noqa: BLE001 - calls are accepted even if the state is damaged or not created yet
            # Logged once per outage, not once per lookup.
            if not self._failing:
                self._failing = True
                _log.error("cannot read the state: lookups have empty results", exc_info=error)
            ready, others, found = waiting, [], [LookupResult(behind=True)] * len(waiting)
        else:
            self._failing = False
        if ready:
            self._loop.call_soon_threadsafe(_deliver, ready, found)
        return others

    def _result(self, pending: _Pending, snapshot: ReadSnapshot) -> LookupResult:
        lookup, project = pending.lookup, pending.lookup.project
        device = lookup.device and clean_identifier(lookup.device, self._policy_of(project))
        target = self._target(lookup, snapshot) if lookup.identifiers else None
        profile = None if target is None else snapshot.person(target)
        seen = lookup.key is not None and snapshot.seen(project, *lookup.key)
        attributes = snapshot.attributes(project) if lookup.attributes else ()
        known = LookupResult(profile, profile_id=target or "", seen=seen, behind=pending.behind, attributes=attributes)
        if device is None:
            return known
        about, traits, ids = (
            snapshot.device(project, device._replace(scope=scope)) for scope in (device.scope, TRAITS_SCOPE, IDS_SCOPE)
        )
        return msgspec.structs.replace(known, device=about, traits=traits, external_ids=ids)

    def _target(self, lookup: Lookup, snapshot: ReadSnapshot) -> str | None:
        """Return the profile that a message with these identifiers would be recorded under, by the identity rules.

        Two shortcuts avoid loading the identity state: no owner and no hint means a new profile, and a single owner of
        all identifiers is the target.
        """
        project, policy = lookup.project, self._policy_of(lookup.project)
        evidence = collect_evidence(lookup.identifiers, policy)
        # Weak identifiers can be aliases of others, so the shortcuts are right only where the project has no aliases.
        owners = snapshot.owners(project, evidence.mentioned)
        if not owners and not evidence.hints and not (evidence.weak and snapshot.has_aliases(project)):
            return None
        plain = plain_target(owners, evidence)
        if plain is not None and (owners.keys() >= set(evidence.weak) or not snapshot.has_aliases(project)):
            return plain
        held = snapshot.known(project, evidence.mentioned, evidence.hints)
        return preview(held, evidence, is_event=False, policy=policy).target


def _deliver(ready: Sequence[_Pending], found: Sequence[LookupResult]) -> None:
    for pending, known in zip(ready, found, strict=True):
        if not pending.answer.done():  # cancelled, if the server stopped before
            pending.answer.set_result(known)
