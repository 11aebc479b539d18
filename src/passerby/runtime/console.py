"""The console role: management API and console pages over the engines, and the relay that fills the event store."""

from __future__ import annotations

import asyncio
import socket
import time
from contextlib import ExitStack, closing
from functools import partial
from typing import Final, NamedTuple, Protocol

from passerby import logs
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.policies import Policies
from passerby.api.app import application
from passerby.api.server import serve
from passerby.clock import now_ms
from passerby.console.app import create_app
from passerby.console.auth.throttle import Throttle
from passerby.console.context import ConsoleContext
from passerby.delivery.relay import Relay
from passerby.destinations.egress import check_url
from passerby.doctor.diagnostics import run_diagnostics
from passerby.engines import Engines
from passerby.event_store.protocol import EventStore
from passerby.monitoring.meter import Meter
from passerby.monitoring.monitor import Monitor
from passerby.rejected_requests.protocol import RejectedWriter
from passerby.runtime import metrics
from passerby.runtime.egress import egress_policy
from passerby.services.context import ServerContext
from passerby.services.daily_counts import DailyCountCache
from passerby.services.health import (
    EdgeCheck,
    EventsCheck,
    LogCheck,
    PositionsCheck,
    RelayCheck,
    StateCheck,
    WorkerCheck,
)
from passerby.services.live_errors import AttributeTypes
from passerby.services.log import SharedArchive, SharedLog
from passerby.services.readers import Readers
from passerby.services.tail import Tail
from passerby.services.visibility import Visibility
from passerby.settings import Settings
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

RELAY_STOP_SECONDS = 4.0
"""How long a write to the event store may take at a stop. An interrupted one is repeated at the next start."""
PASSWORDS_AT_ONCE: Final = 1
"""Verifying a password takes 64 MiB and a core for some tens of milliseconds, by design."""
PASSWORDS_WAITING: Final = 32
DIAGNOSTICS_WAITING: Final = 2
COUNT_SECONDS: Final = 60
"""How often the uses of API tokens are written."""
WORKER_HEARTBEAT = "worker.heartbeat"

_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - the address at which such an edge is reached

_log = logs.get("api")


class Store(Protocol):
    """An event store that can be closed."""

    def close(self) -> None:
        """Close it. No method may be called afterwards."""


class Stoppable(Protocol):
    """A relay that can be stopped."""

    def stop(self, timeout: float) -> bool:
        """Finish the write in progress; return whether it was finished within `timeout` seconds."""


class Console(NamedTuple):
    """The opened console role: context of the services, current keys, and the counter of their uses."""

    context: ServerContext
    credentials: ProjectCredentials
    uses: RejectedWriter

    def count_uses(self) -> None:
        """Write the number of uses of each API token since the last call. Blocks: not for the event loop."""
        try:
            if uses := self.credentials.take_uses():
                self.uses.count_uses(uses, self.context.now())
        except Exception:  # noqa: BLE001 - lost counts must not stop the server
            _log.exception("uses of tokens cannot be written")


class PeriodicTasks:
    """Reloads changed keys at each call, about once a second, and writes their uses once a minute."""

    def __init__(self, console: Console, count_seconds: float = COUNT_SECONDS) -> None:
        self._console = console
        self._count_seconds = count_seconds
        self._counted_at = time.monotonic()

    async def __call__(self) -> None:
        self._console.credentials.refresh_if_changed()
        if time.monotonic() - self._counted_at >= self._count_seconds:
            self._counted_at = time.monotonic()
            await asyncio.to_thread(self._console.count_uses)


def run(settings: Settings, engines: Engines, listener: socket.socket) -> None:
    """Serve on this listening socket until SIGTERM or SIGINT; return when all is closed."""
    with ExitStack() as held:
        folder = DataDir(settings.data)
        console = open_console(settings, engines, held)
        context = console.context
        monitor = Monitor(
            meter=lambda: Meter(folder, context.log, context.state, context.metrics, context.now()),
            store=engines.control.open_samples(),
            alerting=engines.control.open_alerting(),
            checks=context.checks,
            now=context.now,
        )
        monitor.start()
        held.callback(monitor.stop)
        console_context = ConsoleContext(
            context=context,
            projects=console.credentials,
            # Threads of their own: a burst of sign-ins must not hold up pages, nor a diagnosis either of them.
            passwords=held.enter_context(closing(Readers(PASSWORDS_AT_ONCE, PASSWORDS_WAITING))),
            examinations=held.enter_context(closing(Readers(1, DIAGNOSTICS_WAITING))),
            throttle=Throttle(),
            settings=settings,
            monitor=monitor,
            diagnose=partial(run_diagnostics, settings, engines),
            versions=lambda: dict(engine.version() for engine in engines),
        )
        _log.info("console ready", port=listener.getsockname()[1])
        serve(
            create_app(console_context, application),
            listener,
            settings.proxies,
            every_second=PeriodicTasks(console),
            on_stop=context.visibility.end,
        )
        _log.info("console stopping")
        console.count_uses()


def open_console(settings: Settings, engines: Engines, held: ExitStack) -> Console:
    """Open stores, relay and caches; `held` closes them. Raises the errors of the engines."""
    folder = DataDir(settings.data)
    credentials = held.enter_context(closing(ProjectCredentials(engines.control.open_feed())))
    engines.state.open_writer().close()  # creates or migrates the tables, which a reader cannot
    state = held.enter_context(closing(engines.state.open_reader()))
    log = held.enter_context(closing(SharedLog(engines.log)))
    archive = held.enter_context(closing(SharedArchive(engines.log)))
    refused = held.enter_context(closing(engines.control.open_rejected_reader()))
    uses = held.enter_context(closing(engines.control.open_rejected_writer()))
    users = held.enter_context(closing(engines.control.open_users()))
    store, relay = _open_events(settings, engines, held)
    serving = locks.running(folder)  # none where the role runs alone; then the edge is expected where the settings say
    host, port = (serving.host, serving.port) if serving else (settings.host, settings.port)
    edge = EdgeCheck(_HERE.get(host, host), port)
    readers = held.enter_context(closing(Readers()))
    visibility = Visibility(log, state, store, relay.nudge, settings.api.wait_max_seconds)
    worker = WorkerCheck(folder.run / WORKER_HEARTBEAT)
    positions = PositionsCheck(lambda: store.visible, state, log)
    context = ServerContext(
        tokens=credentials,
        policy_of=Policies(credentials).of,
        state=state,
        # A new connection for each change: changes are rare.
        writer=lambda: closing(engines.state.open_writer()),
        control=engines.control.open_projects,
        users=users,
        audit=engines.control.open_audit,
        destinations=engines.destinations.open_store,
        deliveries=lambda: closing(engines.deliveries.open_store()),
        check_egress=partial(check_url, policy=egress_policy(settings.destinations)),
        sender=lambda: closing(engines.log.open_writer()),
        log=log,
        archive=archive,
        events=store,
        visibility=visibility,
        daily_counts=DailyCountCache(store, now_ms),
        refused=refused,
        tail=Tail(log, refused, readers, visibility.is_ending, AttributeTypes(state, now_ms)),
        readers=readers,
        checks=(
            StateCheck(state),
            LogCheck(log),
            positions,
            EventsCheck(store),
            RelayCheck(lambda: relay.idle_seconds),
            edge,
            worker,
        ),
        metrics=metrics.page,
        now=now_ms,
        ingest_url=edge.url,
        metrics_token=settings.api.metrics_token,
    )
    return Console(context, credentials, uses)


def _open_events(settings: Settings, engines: Engines, held: ExitStack) -> tuple[EventStore, Relay]:
    """Open the event store and start the relay that fills it."""
    outbox = engines.state.open_outbox(settings.outbox)
    held.callback(outbox.close)
    store, sink = engines.events.open(settings.events)
    relay = Relay(outbox, sink, pause_seconds=settings.events.relay_interval_ms / 1000)
    relay.start()
    held.callback(close_events, store, relay)
    return store, relay


def close_events(store: Store, relay: Stoppable) -> None:
    """Stop the relay, then close the store. It is left to the end of the process while a write is still running."""
    if relay.stop(RELAY_STOP_SECONDS):
        store.close()
    else:
        _log.warning("a write to the event store was interrupted and is repeated at the next start")
