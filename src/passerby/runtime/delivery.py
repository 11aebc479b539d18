"""Delivers to all destinations, over the engines. Imported by `deliver` once there is a destination."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Final, TypeVar

from passerby import logs
from passerby.clock import now_ms
from passerby.delivery.destinations.feed import Feed
from passerby.delivery.destinations.manager import Manager
from passerby.delivery.destinations.shared import Shared
from passerby.destinations.egress import Policy
from passerby.destinations.protocol import Destinations
from passerby.engines import Engines
from passerby.runtime.egress import egress_policy
from passerby.settings import Settings

KEPT_DEAD_MS: Final = 30 * 86_400_000
KEPT_COUNTS_MS: Final = 48 * 3_600_000
KEPT_EXCHANGES_MS: Final = 24 * 3_600_000
EXPIRE_SECONDS: Final = 600.0

_log = logs.get("delivery")
ResultT = TypeVar("ResultT")


def deliver(settings: Settings, engines: Engines, heartbeat: Path) -> None:
    """Deliver until SIGTERM or SIGINT; return when the outcomes of requests in flight are recorded."""
    engines.state.open_writer().close()  # creates or migrates the tables, which a reader cannot
    with (
        ThreadPoolExecutor(1, "stores") as thread,
        ThreadPoolExecutor(1, "outbox") as outbox_thread,
        ExitStack() as held,
    ):
        # Each belongs to the one thread that uses it.
        outbox = outbox_thread.submit(engines.state.open_outbox, settings.outbox).result()
        store = thread.submit(engines.deliveries.open_store).result()
        configurations = thread.submit(engines.destinations.open_store).result()
        state = held.enter_context(closing(engines.state.open_reader()))
        held.callback(lambda: outbox_thread.submit(outbox.close).result())
        held.callback(lambda: thread.submit(store.close).result())
        held.callback(lambda: thread.submit(configurations.close).result())

        def in_thread(function: Callable[[], ResultT]) -> Awaitable[ResultT]:
            return asyncio.get_running_loop().run_in_executor(thread, function)

        shared = Shared(
            feed=Feed(outbox, outbox_thread),
            store=store,
            people=state,
            in_thread=in_thread,
            now=now_ms,
            pause=lambda id_, reason: configurations.set_state(id_, reason, now_ms()),
        )
        asyncio.run(_deliver(configurations, shared, egress_policy(settings.destinations), heartbeat))


async def _deliver(configurations: Destinations, shared: Shared, policy: Policy, heartbeat: Path) -> None:
    manager = Manager(configurations, shared, policy)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, manager.stop)
    chores = asyncio.create_task(_expire(shared))
    _log.info("delivery ready", pid=os.getpid())
    try:
        await manager.run(heartbeat.touch)
    finally:
        chores.cancel()
    _log.info("delivery stopped")


async def _expire(shared: Shared) -> None:
    """Delete what is past its retention, every ten minutes."""
    while True:
        now = shared.now()

        def expire(now: int = now) -> None:
            shared.store.expire(now - KEPT_DEAD_MS, now)
            shared.store.forget(now - KEPT_COUNTS_MS, now - KEPT_EXCHANGES_MS)

        try:
            await shared.in_thread(expire)
        except Exception as fault:  # noqa: BLE001 - such as a full disk: the next turn tries again
            _log.exception("expired deliveries cannot be deleted", error=type(fault).__name__)
        await asyncio.sleep(EXPIRE_SECONDS)
