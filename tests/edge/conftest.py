"""An edge on a log of its own, and clients for it."""

from __future__ import annotations

import io
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
import structlog
from tests.edge.client import Client
from tests.edge.edge_server import GatedLog, RunningEdge

from passerby import logs
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.positions import START
from passerby.settings import EdgeSettings

Start = Callable[..., RunningEdge]
Connect = Callable[[], Client]


@pytest.fixture(autouse=True)
def _thread_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the thread write, so that a test's closed gate holds up the disk and not the event loop."""
    monkeypatch.setattr("passerby.edge.commit.THREAD_SECONDS", 3_600.0)


@pytest.fixture
def lines() -> Iterator[io.StringIO]:
    """The log output of a test, as JSON."""
    stream = io.StringIO()
    handlers, level = logging.root.handlers, logging.root.level
    hooks = sys.excepthook, threading.excepthook
    logs.configure("info", "json", stream)
    yield stream
    structlog.reset_defaults()
    sys.excepthook, threading.excepthook = hooks
    logging.root.handlers = handlers
    logging.root.setLevel(level)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[GatedLog]:
    with closing(SqliteLogWriter(tmp_path / "log.db")) as writer:
        yield GatedLog(writer)


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Callable[[], list[Any]]]:
    """A function that returns all messages on disk."""
    with closing(SqliteLogReader(tmp_path / "log.db")) as reader:
        yield lambda: [entry.message for entry in reader.read(START, 1_000_000)]


@pytest.fixture
def start(log: GatedLog) -> Iterator[Start]:
    """A function that starts an edge with these settings."""
    with ExitStack() as stack:

        def start(settings: EdgeSettings | None = None, **more: Any) -> RunningEdge:
            running = RunningEdge(log, settings or EdgeSettings(), **more)
            stack.callback(running.stop)
            running.start()
            return running

        yield start
        log.open.set()


@pytest.fixture
def edge(start: Start) -> RunningEdge:
    """An edge with default settings."""
    return start()


@pytest.fixture
def connect(edge: RunningEdge) -> Iterator[Connect]:
    """A function that opens a connection to `edge`."""
    with ExitStack() as stack:

        def connect() -> Client:
            return stack.enter_context(closing(Client(edge.port)))

        yield connect


@pytest.fixture
def client(connect: Connect) -> Client:
    return connect()
