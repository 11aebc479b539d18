"""The checks of `/healthz`: each one tests whether a part of the server works."""

from __future__ import annotations

import http.client
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple, Protocol

from passerby.event_store.protocol import EventStore
from passerby.positions import Positions
from passerby.services.log import AcceptedLog
from passerby.state.views import StateReader

EDGE_TIMEOUT_SECONDS = 2.0
HEARTBEAT_SECONDS = 10.0
"""Age of the heartbeat at which the worker counts as hanging. It is renewed every second between batches."""

RELAY_SECONDS = 30.0
"""Time without a successful read of the outbox after which the relay hangs. A write takes a second or two."""

_NO_PROJECT = 0


class Check(Protocol):
    """One part of the server that can fail on its own."""

    @property
    def name(self) -> str:
        """The name of the part, in a word or two."""

    def problem(self) -> str | None:
        """Return the problem as a sentence; None if there is none. May block for seconds, and raise any exception."""


class StateCheck(NamedTuple):
    """Whether the state can be read."""

    reader: StateReader
    name: str = "state"

    def problem(self) -> None:
        self.reader.positions()


class LogCheck(NamedTuple):
    """Whether the log can be read."""

    reader: AcceptedLog
    name: str = "log"

    def problem(self) -> None:
        self.reader.head()


class PositionsCheck(NamedTuple):
    """Whether relayed <= applied <= head: otherwise one of the files is an older copy than the others."""

    relayed: Callable[[], Positions]
    state: StateReader
    log: AcceptedLog
    name: str = "positions"

    def problem(self) -> str | None:
        # Each is read before the one that may not be less: all of them grow meanwhile.
        relayed = self.relayed()
        applied = self.state.positions()
        head = self.log.head()
        if not applied.has_reached(relayed):
            return f"the event store is ahead of the state (position {relayed}, state {applied}): see `passerby doctor`"
        if not head.has_reached(applied):
            return f"the state is ahead of the log (position {applied}, log {head}): see `passerby doctor`"
        return None


class EventsCheck(NamedTuple):
    """Whether the event store is open and answers."""

    store: EventStore
    name: str = "events"

    def problem(self) -> None:
        self.store.total(_NO_PROJECT)


class EdgeCheck(NamedTuple):
    """Whether the ingest port answers HTTP, whatever the answer."""

    host: str
    port: int
    name: str = "edge"

    @property
    def url(self) -> str:
        """The address of the ingest port."""
        return f"http://[{self.host}]:{self.port}" if ":" in self.host else f"http://{self.host}:{self.port}"

    def problem(self) -> str | None:
        connection = http.client.HTTPConnection(self.host, self.port, timeout=EDGE_TIMEOUT_SECONDS)
        try:
            connection.request("GET", "/")
            connection.getresponse()
        except (OSError, http.client.HTTPException) as error:
            return f"the ingest port {self.port} does not answer: {type(error).__name__}"
        finally:
            connection.close()
        return None


class RelayCheck(NamedTuple):
    """Whether the relay delivers events to the event store: its thread may have ended, hang, or fail all the time."""

    idle_seconds: Callable[[], float]
    name: str = "relay"

    def problem(self) -> str | None:
        idle = self.idle_seconds()
        return None if idle < RELAY_SECONDS else f"no events were delivered to the event store for {idle:.0f} s"


class WorkerCheck(NamedTuple):
    """Whether the worker makes progress: it touches a file about once a second while it applies messages."""

    heartbeat: Path
    name: str = "worker"

    def problem(self) -> str | None:
        try:
            age = time.time() - self.heartbeat.stat().st_mtime
        except FileNotFoundError:
            return "the worker has not started yet"
        return None if age < HEARTBEAT_SECONDS else f"the worker has not been heard of for {age:.0f} s"


def run(check: Check) -> str | None:
    """Return the problem of a part: the sentence of the check, or the type of the exception that it raised."""
    try:
        return check.problem()
    except Exception as error:  # noqa: BLE001 - any exception means that the part does not work
        return f"it cannot be read: {type(error).__name__}"
