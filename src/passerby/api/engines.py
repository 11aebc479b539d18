"""The desk of a real server: every part opened on a data folder, and closed again in the right order."""

from __future__ import annotations

import time
from contextlib import ExitStack, closing
from typing import NamedTuple, Protocol

from passerby import logs
from passerby.api import metrics
from passerby.engines import Engines, StoredEvents
from passerby.events.relay import Relay
from passerby.folder import DataFolder
from passerby.projects.credentials import ProjectCredentials
from passerby.projects.policies import Policies
from passerby.refused.store import RefusedWriter
from passerby.services.desk import Desk
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
from passerby.services.log import SharedLog
from passerby.services.readers import Readers
from passerby.services.tail import Tail
from passerby.services.visibility import Visibility
from passerby.services.volumes import VolumeCache
from passerby.settings import Settings
from passerby.supervisor import lock

RELAY_STOP_SECONDS = 4.0
"""How long a write to the event store may take to end. One that is cut off is repeated at the next start."""
WORKER_HEARTBEAT = "worker.heartbeat"

_HERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - on what an edge may listen, and where it is then found

_log = logs.get("events")


class Store(Protocol):
    """The event store, as far as closing it goes."""

    def close(self) -> None:
        """Close it. Nobody may use it any more."""


class Stoppable(Protocol):
    """The relay, as far as stopping it goes."""

    def stop(self, timeout: float) -> bool:
        """Finish the write that is under way; return whether it was finished in so many seconds."""


class Console(NamedTuple):
    """What the console role works with: the desk, the keys that are kept current, and where their uses are counted."""

    desk: Desk
    credentials: ProjectCredentials
    uses: RefusedWriter

    def count_uses(self) -> None:
        """Write how many times each API token was used since the last call. Slow: not for the event loop."""
        if uses := self.credentials.take_uses():
            self.uses.count_uses(uses, self.desk.now())


def open_console(settings: Settings, engines: Engines, held: ExitStack) -> Console:
    """Open everything; `held` closes it again. Raises what the parts raise where they cannot be opened."""
    folder = DataFolder(settings.data)
    credentials = held.enter_context(closing(engines.control.open_credentials()))
    engines.state.open_writer().close()  # makes the tables where there are none, which a reader cannot
    state = held.enter_context(closing(engines.state.open_reader()))
    log = held.enter_context(closing(SharedLog(engines.log)))
    refused = held.enter_context(closing(engines.control.open_rejected_reader()))
    uses = held.enter_context(closing(engines.control.open_rejected_writer()))
    store, relay = _open_events(settings, engines, held)
    edge = _edge(settings, folder)
    readers = held.enter_context(closing(Readers()))
    visibility = Visibility(log, state, relay, settings.api.wait_max_seconds)
    worker = WorkerCheck(folder.run / WORKER_HEARTBEAT)
    positions = PositionsCheck(lambda: relay.visible_position, state, log)
    desk = Desk(
        tokens=credentials,
        policy_of=Policies(credentials).of,
        state=state,
        # On a connection of its own each time: changes are rare.
        writer=lambda: closing(engines.state.open_writer()),
        policies=engines.control.open_projects,
        audit=engines.control.open_audit,
        sender=lambda: closing(engines.log.open_writer()),
        log=log,
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
    return Console(desk, credentials, uses)


def now() -> int:
    """The time in milliseconds since 1970."""
    return time.time_ns() // 1_000_000


def _open_events(settings: Settings, engines: Engines, held: ExitStack) -> tuple[StoredEvents, Relay]:
    """Open the event store and start the relay that fills it."""
    outbox = engines.state.open_outbox(settings.log)
    held.callback(outbox.close)
    store = engines.events.open(settings.events)
    relay = Relay(outbox, store, pause_seconds=settings.events.relay_interval_ms / 1000)
    relay.start()
    held.callback(close_events, store, relay)
    return store, relay


def close_events(store: Store, relay: Stoppable) -> None:
    """Let the relay finish its write, then close. While it still writes, the end of the process has to do."""
    if relay.stop(RELAY_STOP_SECONDS):
        store.close()
    else:
        _log.warning("a write to the event store is cut off: it is repeated at the next start")


def _edge(settings: Settings, folder: DataFolder) -> EdgeCheck:
    """Where the edge is to be found: where the running server says, else where the settings do."""
    serving = lock.running(folder)
    host, port = (serving.host, serving.port) if serving else (settings.host, settings.port)
    return EdgeCheck(_HERE.get(host, host), port)
