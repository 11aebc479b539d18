"""Event stores. A process can have one open at a time: a module uses either `store` or `folder`."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from passerby.event_store.chdb.opening import open_event_store
from passerby.event_store.chdb.store import ChdbEventStore


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where a store may be made."""
    return tmp_path / "events"


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ChdbEventStore]:
    with closing(open_event_store(tmp_path_factory.mktemp("store"))) as store:
        yield store


@pytest.fixture
def store(opened: ChdbEventStore) -> ChdbEventStore:
    """A store with nothing in it."""
    opened._engine.query("TRUNCATE TABLE events")  # noqa: SLF001 - no user of the store may do that
    return opened
