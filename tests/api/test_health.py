"""`/healthz`: every component is checked, and failing ones are named."""

from __future__ import annotations

import os
import socketserver
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from litestar.testing import TestClient
from tests.api.api_client import ApiClient, MemoryEvents
from tests.positions import at

from passerby.api.app import create_app
from passerby.log.sqlite.store import SqliteLogReader
from passerby.positions import Positions
from passerby.services import health
from passerby.services.health import (
    Check,
    EdgeCheck,
    EventsCheck,
    LogCheck,
    PositionsCheck,
    RelayCheck,
    StateCheck,
    WorkerCheck,
)
from passerby.services.readers import Readers
from passerby.state.sqlite.reader import SqliteStateReader


@dataclass
class Part:
    """A part that is well, wrong, or raises."""

    name: str
    wrong: str | None = None
    error: Exception | None = None

    def problem(self) -> str | None:
        if self.error:
            raise self.error
        return self.wrong


@contextmanager
def client_with(api: ApiClient, *checks: Check) -> Iterator[TestClient]:  # type: ignore[type-arg]
    readers = Readers(threads=2)
    with TestClient(create_app(replace(api.server.context, checks=checks, readers=readers))) as client:
        yield client
    readers.close()


def test_when_every_part_is_well_the_server_is_ready(api: ApiClient) -> None:
    with client_with(api, Part("state"), Part("log")) as client:
        answer = client.get("/healthz")
    assert (answer.status_code, answer.json()) == (200, {"status": "ready", "checks": ["state", "log"]})


def test_each_part_that_fails_is_named_with_what_is_wrong(api: ApiClient) -> None:
    parts = Part("state"), Part("worker", "it is asleep"), Part("log", error=OSError("a secret path"))
    with client_with(api, *parts) as client:
        answer = client.get("/healthz")
    assert answer.status_code == 503
    error = answer.json()["error"]
    assert error["code"] == "not_ready"
    assert error["details"]["checks"] == {"worker": "it is asleep", "log": "it cannot be read: OSError"}
    assert "worker" in error["message"]


class TestEngines:
    def test_a_readable_state_is_healthy(self, api: ApiClient) -> None:
        assert health.run(StateCheck(api.server.reader)) is None

    def test_a_state_that_is_not_there_is_not(self, tmp_path: Path) -> None:
        assert health.run(StateCheck(SqliteStateReader(tmp_path / "none.db"))) == "it cannot be read: StateUnavailable"

    def test_a_readable_log_is_healthy(self, tmp_path: Path) -> None:
        reader = SqliteLogReader(tmp_path / "log.db")
        assert health.run(LogCheck(reader)) is None
        reader.close()
        assert health.run(LogCheck(reader)) is not None

    def test_an_event_store_is_asked_for_a_count(self) -> None:
        store = MemoryEvents()
        assert health.run(EventsCheck(store)) is None
        store.broken = True
        assert health.run(EventsCheck(store)) == "it cannot be read: EventStoreBroken"


class Somewhere:
    """Somewhere that knows a log position."""

    def __init__(self, offset: int) -> None:
        self._positions = at(offset)

    def positions(self) -> Positions:
        return self._positions

    head = positions


@pytest.mark.parametrize(
    "relayed, applied, head, problem",
    [
        (1, 2, 3, None),
        (3, 3, 3, None),
        (0, 0, 0, None),
        (1, 4, 3, "the state is ahead of the log (position 4, log 3): see `passerby doctor`"),
        (3, 2, 3, "the event store is ahead of the state (position 3, state 2): see `passerby doctor`"),
    ],
)
def test_positions_out_of_order_are_a_problem(relayed: int, applied: int, head: int, problem: str | None) -> None:
    state: Any = Somewhere(applied)
    log: Any = Somewhere(head)
    assert health.run(PositionsCheck(lambda: at(relayed), state, log)) == problem


class Teapot(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.rfile.readline()
        self.wfile.write(b"HTTP/1.1 418 Teapot\r\nContent-Length: 0\r\n\r\n")


class Mute(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.rfile.readline()


@contextmanager
def serving(handler: type[socketserver.BaseRequestHandler]) -> Iterator[int]:
    with socketserver.TCPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


class TestEdge:
    def test_any_answer_will_do(self) -> None:
        with serving(Teapot) as port:
            assert EdgeCheck("127.0.0.1", port).problem() is None

    def test_a_silent_port_counts_as_not_answering(self) -> None:
        with serving(Mute) as port:
            problem = EdgeCheck("127.0.0.1", port).problem()
        assert problem is not None
        assert "does not answer" in problem

    def test_a_port_on_which_nothing_listens_does_not_answer(self, free_port: Callable[[], int]) -> None:
        port = free_port()
        assert (
            EdgeCheck("127.0.0.1", port).problem() == f"the ingest port {port} does not answer: ConnectionRefusedError"
        )

    def test_its_url_is_one_for_either_kind_of_address(self) -> None:
        assert EdgeCheck("127.0.0.1", 8080).url == "http://127.0.0.1:8080"
        assert EdgeCheck("::1", 8080).url == "http://[::1]:8080"


class TestRelay:
    def test_a_relay_that_works_is_well_and_one_that_does_not_is_not(self) -> None:
        assert RelayCheck(lambda: 29.0).problem() is None
        assert RelayCheck(lambda: 31.0).problem() == "no events were delivered to the event store for 31 s"


class TestWorker:
    @pytest.fixture
    def heartbeat(self, tmp_path: Path) -> Path:
        heartbeat = tmp_path / "worker.heartbeat"
        heartbeat.touch()
        return heartbeat

    def test_a_worker_that_beats_is_alive(self, heartbeat: Path) -> None:
        assert WorkerCheck(heartbeat).problem() is None

    def test_a_worker_that_stopped_beating_is_not(self, heartbeat: Path) -> None:
        long_ago = time.time() - 60
        os.utime(heartbeat, (long_ago, long_ago))
        assert WorkerCheck(heartbeat).problem() == "the worker has not been heard of for 60 s"

    def test_a_worker_that_never_beat_has_not_started(self, tmp_path: Path) -> None:
        assert WorkerCheck(tmp_path / "none").problem() == "the worker has not started yet"
