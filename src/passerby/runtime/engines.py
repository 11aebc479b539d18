"""Open log, state, event store, control plane and delivery store by URL: `sqlite:///path/log.db`, `chdb:///path/events`.

This is the only module, apart from the engines' own folders and tests, that imports an engine. A new engine is one
entry in the table of what it can hold. Opening is lazy: nothing is created or connected to before a reader or a writer
is opened.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final, NamedTuple, TypeVar
from urllib.parse import unquote, urlsplit

from passerby.accounts.sqlite.engine import SqliteControlEngine
from passerby.deliveries.protocol import DeliveryEngine
from passerby.deliveries.sqlite.store import SqliteDeliveryEngine
from passerby.destinations.protocol import DestinationsEngine
from passerby.destinations.sqlite.store import SqliteDestinationsEngine
from passerby.engines import ControlEngine, Engines, EventStoreEngine, LogEngine, StateEngine
from passerby.event_store.chdb.engine import ChdbEventStoreEngine
from passerby.log.sqlite.engine import SqliteLogEngine
from passerby.state.sqlite.engine import SqliteStateEngine
from passerby.storage.data_dir import DataDir

EngineT = TypeVar("EngineT")

LOGS: Final[Mapping[str, Callable[[str], LogEngine]]] = {
    "sqlite": lambda url: SqliteLogEngine(path_of(url)),
}
STATES: Final[Mapping[str, Callable[[str], StateEngine]]] = {
    "sqlite": lambda url: SqliteStateEngine(path_of(url)),
}
EVENT_STORES: Final[Mapping[str, Callable[[str], EventStoreEngine]]] = {
    "chdb": lambda url: ChdbEventStoreEngine(path_of(url)),
}
CONTROL_PLANES: Final[Mapping[str, Callable[[str], ControlEngine]]] = {
    "sqlite": lambda url: SqliteControlEngine(path_of(url)),
}
DESTINATIONS: Final[Mapping[str, Callable[[str], DestinationsEngine]]] = {
    "sqlite": lambda url: SqliteDestinationsEngine(path_of(url)),
}
DELIVERY_STORES: Final[Mapping[str, Callable[[str], DeliveryEngine]]] = {
    "sqlite": lambda url: SqliteDeliveryEngine(path_of(url)),
}


class UnknownEngine(ValueError):
    """No engine is registered for the scheme of a URL."""

    def __init__(self, subject: str, scheme: str, known: Mapping[str, object]) -> None:
        schemes = ", ".join(f"{name}://" for name in sorted(known))
        super().__init__(f"cannot open the {subject}: unknown engine {scheme!r}, expected one of {schemes}")


class EngineUrls(NamedTuple):
    """Where the parts of one installation are stored. The audit log and rejected requests belong to `control`."""

    log: str
    state: str
    events: str
    control: str
    deliveries: str


def urls_of(folder: DataDir) -> EngineUrls:
    """Return the URLs of the engines in a data directory."""
    return EngineUrls(
        log=_url("sqlite", folder.log),
        state=_url("sqlite", folder.state),
        events=_url("chdb", folder.events),
        control=_url("sqlite", folder.control),
        deliveries=_url("sqlite", folder.deliveries),
    )


def open_engines(urls: EngineUrls) -> Engines:
    """Return the engines at these URLs. Raises UnknownEngine."""
    return Engines(
        open_log(urls.log),
        open_state(urls.state),
        open_events(urls.events),
        open_control(urls.control),
        open_destinations(urls.control),
        open_deliveries(urls.deliveries),
    )


def engines_of(folder: DataDir) -> Engines:
    """Return the engines of a data directory, which need not exist yet."""
    return open_engines(urls_of(folder))


def open_log(url: str) -> LogEngine:
    """Return the log at this URL. Raises UnknownEngine."""
    return _open("log", url, LOGS)


def open_state(url: str) -> StateEngine:
    """Return the state at this URL. Raises UnknownEngine."""
    return _open("state", url, STATES)


def open_events(url: str) -> EventStoreEngine:
    """Return the event store at this URL. Raises UnknownEngine."""
    return _open("event store", url, EVENT_STORES)


def open_control(url: str) -> ControlEngine:
    """Return the control plane at this URL. Raises UnknownEngine."""
    return _open("control plane", url, CONTROL_PLANES)


def open_destinations(url: str) -> DestinationsEngine:
    """Return the configurations of destinations in the control plane at this URL. Raises UnknownEngine."""
    return _open("control plane", url, DESTINATIONS)


def open_deliveries(url: str) -> DeliveryEngine:
    """Return the delivery store at this URL. Raises UnknownEngine."""
    return _open("delivery store", url, DELIVERY_STORES)


def path_of(url: str) -> Path:
    """Return the path in the URL of an engine that stores its data in a file or directory."""
    return Path(unquote(urlsplit(url).path))


def _url(scheme: str, path: Path) -> str:
    return scheme + path.absolute().as_uri().removeprefix("file")  # as_uri escapes what a URL cannot contain


def _open(subject: str, url: str, table: Mapping[str, Callable[[str], EngineT]]) -> EngineT:
    # Only the text before "://": a URL may contain a password, and the error is shown.
    scheme, separator, _ = url.partition("://")
    if not separator or scheme not in table:
        raise UnknownEngine(subject, scheme if separator else "", table)
    return table[scheme](url)
