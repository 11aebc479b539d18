"""The engines of the event store that the suites run over."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from passerby.delivery.protocol import Sink
from passerby.engines import EventStoreEngine
from passerby.event_store.chdb.engine import ChdbEventStoreEngine
from passerby.event_store.protocol import EventStore
from passerby.settings import EventSettings


@dataclass
class Opened:
    """An engine's store, open, with its sink; and how tests empty it, which nothing else may do."""

    engine: EventStoreEngine
    store: EventStore
    sink: Sink
    clear: Callable[[], object]

    def reopen(self) -> None:
        self.store.close()
        self.store, self.sink = self.engine.open(EventSettings())


def open_chdb(folder: Path) -> Opened:
    engine = ChdbEventStoreEngine(folder / "events")
    store, sink = engine.open(EventSettings())

    def clear() -> None:
        for table in ("events", "changes"):
            store._engine.query(f"TRUNCATE TABLE {table}")  # noqa: SLF001 - as said above

    return Opened(engine, store, sink, clear)


ENGINES: dict[str, Callable[[Path], Opened]] = {"chdb": open_chdb}
"""Each engine by its name: how it is opened in an empty folder. A process may have one store open at a time."""
