"""Runs a runner for each destination, and restarts it when its configuration changes or a fault ends it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from passerby import logs
from passerby.delivery.destinations.http import HttpClient
from passerby.delivery.destinations.runner import Runner
from passerby.delivery.destinations.shared import Shared
from passerby.delivery.destinations.target import Target
from passerby.destinations.conditions import InvalidCondition
from passerby.destinations.egress import Policy
from passerby.destinations.kind import InvalidConfig
from passerby.destinations.mapping import InvalidTemplate
from passerby.destinations.protocol import Configured, Destinations
from passerby.destinations.signatures import InvalidSecret
from passerby.errors import StoreError

REFRESH_SECONDS: Final = 1.0
"""How often changes of configurations are looked for."""
FIRST_WAIT_SECONDS: Final = 1.0
LAST_WAIT_SECONDS: Final = 60.0
"""Times before a runner that a fault of ours ended is started again."""

_log = logs.get("delivery")


class _Running:
    """A destination with its task."""

    def __init__(self, configured: Configured, shared: Shared, policy: Policy) -> None:
        self.configured = configured
        self._shared = shared
        self._policy = policy
        self._runner: Runner | None = None
        self._stopping = False
        self.task = asyncio.create_task(self._run())

    def stop(self) -> None:
        """End the task when the requests in flight have their outcomes."""
        self._stopping = True
        if self._runner is None:
            self.task.cancel()  # it waits before a restart
        else:
            self._runner.stop()

    def is_as(self, wanted: Configured | None) -> bool:
        """Return whether it runs as it is configured now. What it paused or resumed itself it knows already."""
        if wanted is None:
            return False
        running, destination = self.configured.destination, wanted.destination
        paused = destination.pause_reason if self._runner is None else self._runner.paused
        return (
            running.version == destination.version
            and self.configured.project == wanted.project
            and paused == destination.pause_reason
        )

    async def _run(self) -> None:
        destination = self.configured.destination
        try:
            target = Target(destination, self.configured.project)
        except (InvalidConfig, InvalidTemplate, InvalidCondition, InvalidSecret, LookupError) as problem:
            # It was valid when it was saved, by another version of the program. An operator sees why nothing is sent.
            _log.exception("a destination cannot be used", destination=destination.id, error=type(problem).__name__)
            await self._shared.in_thread(lambda: self._shared.pause(destination.id, "misconfigured"))
            return
        seconds = FIRST_WAIT_SECONDS
        while not self._stopping:
            begun = time.monotonic()
            try:
                async with HttpClient(self._policy) as client:
                    self._runner = Runner(target, self.configured.begin_after, self._shared, client)
                    await self._runner.run()
            except Exception as fault:  # noqa: BLE001 - the other destinations go on
                _log.exception(
                    "delivery ended, starting it again",
                    destination=destination.id,
                    error=type(fault).__name__,
                    seconds=seconds,
                )
            self._runner = None
            if not self._stopping:
                if time.monotonic() - begun > LAST_WAIT_SECONDS:
                    seconds = FIRST_WAIT_SECONDS
                await asyncio.sleep(seconds)
                seconds = min(2 * seconds, LAST_WAIT_SECONDS)


class Manager:
    """The runners of all destinations that are enabled."""

    def __init__(self, configurations: Destinations, shared: Shared, policy: Policy) -> None:
        self._configurations = configurations
        self._shared = shared
        self._policy = policy
        self._revision = 0
        self._running: dict[str, _Running] = {}
        self._stopping = asyncio.Event()

    def stop(self) -> None:
        """End `run`."""
        self._stopping.set()

    async def run(self, beat: Callable[[], None] = lambda: None) -> None:
        """Deliver until `stop`. `beat` is called about once a second."""
        while not self._stopping.is_set():
            try:
                await self.refresh()
            except StoreError as fault:  # such as a full disk: what runs goes on, and the next turn tries again
                _log.exception("changes of destinations cannot be read", error=type(fault).__name__)
            beat()
            with suppress(TimeoutError):
                async with asyncio.timeout(REFRESH_SECONDS):
                    await self._stopping.wait()
        await self._end(list(self._running))

    async def refresh(self) -> None:
        """Apply changes of configurations since the last call."""
        revision = self._revision
        snapshot = await self._shared.in_thread(lambda: self._configurations.changes_since(revision))
        if snapshot is None:
            return
        self._revision = snapshot.revision
        wanted = {each.destination.id: each for each in snapshot.destinations if _is_run(each)}
        known = {each.destination.id for each in snapshot.destinations}
        ended = [id_ for id_, running in self._running.items() if not running.is_as(wanted.get(id_))]
        await self._end(ended)
        for id_, configured in wanted.items():
            if id_ not in self._running:
                self._running[id_] = _Running(configured, self._shared, self._policy)
        await self._shared.in_thread(lambda: self._delete_others(known))

    async def _end(self, ids: list[str]) -> None:
        """Stop these destinations at once, and wait until their outcomes are recorded."""
        ended = [self._running.pop(id_) for id_ in ids]
        for running in ended:
            running.stop()
        await asyncio.gather(*(running.task for running in ended), return_exceptions=True)

    def _delete_others(self, known: set[str]) -> None:
        """Delete the progress of destinations that were deleted."""
        for id_ in self._shared.store.positions().keys() - known:
            self._shared.store.delete(id_)


def _is_run(configured: Configured) -> bool:
    """Return whether a destination has a task: also one that its credentials paused, which probes."""
    destination = configured.destination
    return destination.enabled and destination.pause_reason in {"", "auth"}
