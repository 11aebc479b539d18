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
from passerby.console.app import create_app
from passerby.console.auth.throttle import Throttle
from passerby.console.context import ConsoleContext
from passerby.console.middleware import ConsoleMiddleware
from passerby.delivery.relay import Relay
from passerby.doctor.diagnostics import run_diagnostics
from passerby.engines import Engines
from passerby.event_store.protocol import EventStore
from passerby.monitoring.meter import Meter
from passerby.monitoring.monitor import Monitor
from passerby.monitoring.samples import SampleStore
from passerby.rejected_requests.protocol import RejectedWriter
from passerby.runtime import metrics
from passerby.services.context import ServerContext
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
from passerby.services.volumes import VolumeCache
from passerby.settings import Settings
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

RELAY_STOP_SECONDS = 4.0
"""How long a write to the event store may take to end. One that is cut off is repeated at the next start."""
PASSWORDS_AT_ONCE: Final = 1
"""Verifying a password takes 64 MiB and a core for some tens of milliseconds, by design."""
PASSWORDS_WAITING: Final = 32
DIAGNOSTICS_WAITING: Final = 2
COUNT_SECONDS: Final = 60
"""How often the uses of API tokens are written."""
WORKER_HEARTBEAT = "worker.heartbeat"

_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - on what an edge may listen, and where it is then found

_log = logs.get("api")


class Store(Protocol):
    """The event store, as far as closing it goes."""

    def close(self) -> None:
        """Close it. Nobody may use it any more."""


class Stoppable(Protocol):
    """The relay, as far as stopping it goes."""

    def stop(self, timeout: float) -> bool:
        """Finish the write that is under way; return whether it was finished in so many seconds."""


class Console(NamedTuple):
    """What the console role works with: the context, the current keys, and the counter of their uses."""

    context: ServerContext
    credentials: ProjectCredentials
    uses: RejectedWriter

    def count_uses(self) -> None:
        """Write how many times each API token was used since the last call. Slow: not for the event loop."""
        try:
            if uses := self.credentials.take_uses():
                self.uses.count_uses(uses, self.context.now())
        except Exception:  # noqa: BLE001 - these counts are lost, which must not stop the server
            _log.exception("the uses of tokens cannot be counted")


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
    """Answer on this listening socket until SIGTERM or SIGINT; return when everything is finished and closed."""
    with ExitStack() as held:
        console = open_console(settings, engines, held)
        app = _application(settings, engines, console, held)
        _log.info("console ready", port=listener.getsockname()[1])
        serve(
            app,
            listener,
            settings.proxies,
            every_second=PeriodicTasks(console),
            on_stop=console.context.visibility.end,
        )
        _log.info("console stopping")
        console.count_uses()


def open_console(settings: Settings, engines: Engines, held: ExitStack) -> Console:
    """Open everything; `held` closes it again. Raises what the parts raise where they cannot be opened."""
    folder = DataDir(settings.data)
    credentials = held.enter_context(closing(ProjectCredentials(engines.control.open_feed())))
    engines.state.open_writer().close()  # makes the tables where there are none, which a reader cannot
    state = held.enter_context(closing(engines.state.open_reader()))
    log = held.enter_context(closing(SharedLog(engines.log)))
    archive = held.enter_context(closing(SharedArchive(engines.log)))
    refused = held.enter_context(closing(engines.control.open_rejected_reader()))
    uses = held.enter_context(closing(engines.control.open_rejected_writer()))
    users = held.enter_context(closing(engines.control.open_users()))
    store, relay = _open_events(settings, engines, held)
    edge = _edge(settings, folder)
    readers = held.enter_context(closing(Readers()))
    visibility = Visibility(log, state, store, relay.nudge, settings.api.wait_max_seconds)
    worker = WorkerCheck(folder.run / WORKER_HEARTBEAT)
    positions = PositionsCheck(lambda: store.visible, state, log)
    context = ServerContext(
        tokens=credentials,
        policy_of=Policies(credentials).of,
        state=state,
        # On a connection of its own each time: changes are rare.
        writer=lambda: closing(engines.state.open_writer()),
        control=engines.control.open_projects,
        users=users,
        audit=engines.control.open_audit,
        sender=lambda: closing(engines.log.open_writer()),
        log=log,
        archive=archive,
        events=store,
        visibility=visibility,
        volumes=VolumeCache(store, now),
        refused=refused,
        tail=Tail(log, refused, readers, visibility.is_ending, AttributeTypes(state, now)),
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
        now=now,
        ingest_url=edge.url,
        metrics_token=settings.api.metrics_token,
    )
    return Console(context, credentials, uses)


def _application(settings: Settings, engines: Engines, console: Console, held: ExitStack) -> ConsoleMiddleware:
    folder = DataDir(settings.data)
    passwords = held.enter_context(closing(Readers(PASSWORDS_AT_ONCE, PASSWORDS_WAITING)))
    examinations = held.enter_context(closing(Readers(1, DIAGNOSTICS_WAITING)))
    context = console.context
    monitor = Monitor(
        meter=lambda: Meter(folder, context.log, context.state, context.metrics, context.now()),
        store=SampleStore(folder.refused),
        alerting=engines.control.open_alerting(),
        checks=context.checks,
        now=context.now,
    )
    monitor.start()
    held.callback(monitor.stop)
    reception = ConsoleContext(
        context=context,
        projects=console.credentials,
        passwords=passwords,
        examinations=examinations,
        throttle=Throttle(),
        settings=settings,
        monitor=monitor,
        diagnose=partial(run_diagnostics, settings, engines),
        versions=lambda: dict(engine.version() for engine in engines),
    )
    return create_app(reception, application)


def now() -> int:
    """The time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def _open_events(settings: Settings, engines: Engines, held: ExitStack) -> tuple[EventStore, Relay]:
    """Open the event store and start the relay that fills it."""
    outbox = engines.state.open_outbox(settings.log)
    held.callback(outbox.close)
    store, sink = engines.events.open(settings.events)
    relay = Relay(outbox, sink, pause_seconds=settings.events.relay_interval_ms / 1000)
    relay.start()
    held.callback(close_events, store, relay)
    return store, relay


def close_events(store: Store, relay: Stoppable) -> None:
    """Let the relay finish its write, then close. While it still writes, the end of the process has to do."""
    if relay.stop(RELAY_STOP_SECONDS):
        store.close()
    else:
        _log.warning("a write to the event store is cut off: it is repeated at the next start")


def _edge(settings: Settings, folder: DataDir) -> EdgeCheck:
    """Where the edge is to be found: where the running server says, else where the settings do."""
    serving = locks.running(folder)
    host, port = (serving.host, serving.port) if serving else (settings.host, settings.port)
    return EdgeCheck(_HERE.get(host, host), port)
