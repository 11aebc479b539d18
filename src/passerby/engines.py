"""Protocols of storage engines: how log, state, event store and control plane are opened.

`passerby.runtime.engines` creates them from URLs. All other modules receive them, and depend on no engine.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple, Protocol

from passerby.accounts.protocol import Alerting, ChangeFeed, Projects, Users
from passerby.audit.protocol import AuditLog
from passerby.deliveries.protocol import DeliveryEngine
from passerby.delivery.protocol import Sink
from passerby.destinations.protocol import DestinationsEngine
from passerby.event_store.protocol import EventStore, Trial
from passerby.log.protocol import Archive, LogReader, LogWriter
from passerby.outbox.protocol import Outbox, OutboxSize
from passerby.positions import Positions
from passerby.rejected_requests.protocol import RejectedReader, RejectedWriter, SampleStore
from passerby.rejected_requests.record import Use
from passerby.settings import EventSettings, LogSettings, OutboxSettings
from passerby.state.manager.connector import Connector
from passerby.state.protocol import Progress, State
from passerby.state.views import StateReader


class LogEngine(Protocol):
    """Opens one log. Each writer, reader and archive belongs to the thread that uses it; its caller closes it."""

    def version(self) -> tuple[str, str]:
        """Return the name of the engine and its version."""

    def exists(self) -> bool:
        """Return whether the log was ever written to. Creates nothing."""

    def open_writer(self, settings: LogSettings | None = None) -> LogWriter:
        """Open the log for appending and pruning, created if it is new. Raises LogFull, LogDamaged."""

    def open_reader(self) -> LogReader:
        """Open the log for reading, created if it is new. Raises LogFull, LogDamaged."""

    def open_archive(self) -> Archive:
        """Open the log for looking up single messages, created if it is new. Raises LogFull, LogDamaged."""

    def head(self) -> Positions:
        """Return the positions of the last durable messages of a log that exists. Creates and migrates nothing.

        Raises LogFull, LogDamaged.
        """

    def continue_after(self, applied: Positions, accepted: Mapping[int, int], applied_until: int) -> bool:
        """Make a log that ends before applied positions continue after them; return whether that was necessary.

        `accepted` is how many messages of each project are applied, `applied_until` the newest received time among
        them (ms). Raises LogFull, LogDamaged.
        """


class PrunableOutbox(Outbox, Protocol):
    """The outbox of a state, with its retention."""

    def prune(self, now: int) -> int:
        """Delete a bounded number of delivered rows past retention at `now` (ms); return how many, 0 at the end."""

    def size(self) -> OutboxSize:
        """Return the size of the outbox."""

    def close(self) -> None: ...


class StateEngine(Protocol):
    """Opens one state. A writer or an outbox belongs to one thread; a reader may be used from any."""

    def version(self) -> tuple[str, str]:
        """Return the name of the engine and its version."""

    def exists(self) -> bool:
        """Return whether the state was ever written to. Creates nothing."""

    def open_writer(self) -> State:
        """Open the state for changes: created if it is new, migrated if it is old. Raises NewerFile."""

    def open_reader(self) -> StateReader:
        """Open the state for reading. It must exist, with its tables, before the first verb is called."""

    def open_outbox(self, retention: OutboxSettings) -> PrunableOutbox:
        """Open the outbox for its relays and its retention."""

    def open_connector(self) -> Connector:
        """Open the tables for reading by named statements, for diagnostics. They must exist."""

    def progress(self) -> Progress:
        """Read how far the state is without creating or migrating anything. Raises StateUnavailable."""


class EventStoreEngine(Protocol):
    """Opens one event store."""

    def open(self, settings: EventSettings) -> tuple[EventStore, Sink]:
        """Open the event store for its readers, and the sink that fills it until the store is closed.

        A new one is created; one that cannot be read is moved to another directory and replaced by a new one.
        Raises EventStoreBroken, EventStoreFailed, EventStoreInUse.
        """

    def version(self) -> tuple[str, str]:
        """Return the name of the engine and its version."""

    def trial(self, *, in_use: bool) -> Trial:
        """Test whether the engine works and, unless it is `in_use`, whether it opens the store."""


class ControlEngine(Protocol):
    """Opens the control plane: projects, keys, users, alert settings, audit log, operational data."""

    def version(self) -> tuple[str, str]:
        """Return the name of the engine and its version."""

    def open_projects(self) -> Projects: ...

    def open_feed(self) -> ChangeFeed:
        """Open the feed of changes to projects and keys. Raises NotInitialised where there is no project."""

    def open_users(self) -> Users: ...

    def open_alerting(self) -> Alerting: ...

    def open_audit(self) -> AuditLog: ...

    def key_uses(self, now: int) -> dict[int, Use]:
        """Return when each key was last used, and how often in the hour before `now` (ms). Creates nothing."""

    def open_rejected_writer(self) -> RejectedWriter: ...

    def open_rejected_reader(self) -> RejectedReader: ...

    def open_samples(self) -> SampleStore: ...


class Engines(NamedTuple):
    """The engines of one installation."""

    log: LogEngine
    state: StateEngine
    events: EventStoreEngine
    control: ControlEngine
    destinations: DestinationsEngine
    deliveries: DeliveryEngine
