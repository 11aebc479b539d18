"""The edge as a process: it answers, notices a revoked key, and stops gracefully."""

from __future__ import annotations

import contextlib
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.edge.client import Client
from tests.edge.edge_server import until

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.edge.server import files_allowed
from passerby.log.sqlite.store import SqliteLogReader
from passerby.positions import START
from passerby.storage.data_dir import DataDir

KEY = "mobile-key-of-a-test"
TRACK = f"/api/v1/mobile/{KEY}/track"
EVENT = b'{"mobileId":"m1","event":"Viewed"}'
NOW = time.time_ns() // 1_000_000


@pytest.fixture
def folder(data: Path) -> DataDir:
    """A data directory with one project that has a mobile API key."""
    data.mkdir()
    folder = DataDir(data)
    with SqliteProjects(folder.control) as store:
        store.add_key(store.add_project("shop", NOW), "crossengage.mobile_api_key", NOW, value=KEY)
    return folder


@pytest.fixture
def port(folder: DataDir, free_port: Callable[[], int]) -> Iterator[int]:
    """The port of an edge that runs as a process, and leaves with exit code 0 when it is asked to."""
    port = free_port()
    role = ["serve", "--role=edge", f"--data={folder.path}", f"--port={port}"]
    process = subprocess.Popen([sys.executable, "-m", "passerby", *role])
    until(lambda: answers(port))
    yield port
    process.send_signal(signal.SIGTERM)
    assert process.wait(10) == 0


def answers(port: int) -> bool:
    with contextlib.suppress(OSError), closing(Client(port)) as client:
        return client.ask("/").status == 404
    return False


def test_it_stores_what_it_accepts_and_stops_on_request(port: int, folder: DataDir) -> None:
    with closing(Client(port)) as client, closing(SqliteLogReader(folder.log)) as reader:
        assert client.ask(TRACK, EVENT).status == 202
        assert [entry.message.name for entry in reader.read(START, 9)] == ["Viewed"]


def test_a_revoked_key_stops_working_within_about_a_second(port: int, folder: DataDir) -> None:
    with closing(Client(port)) as client:
        assert client.ask(TRACK, EVENT).status == 202
        with SqliteProjects(folder.control) as store:
            project = store.project("shop")
            store.revoke_key(project, store.keys(project)[0].id, NOW)
        until(lambda: client.ask(TRACK, EVENT).status == 401)


def test_it_may_open_as_many_files_as_the_system_allows() -> None:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    try:
        resource.setrlimit(resource.RLIMIT_NOFILE, (before[0] // 2, before[1]))
        assert files_allowed() >= resource.getrlimit(resource.RLIMIT_NOFILE)[0] == before[1]
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)
