"""A server whose log file was removed or replaced applies every message that it accepts afterwards."""

from __future__ import annotations

import http.client
import json
import shutil
from contextlib import closing
from pathlib import Path

import apsw
import pytest
from tests.log.log_messages import NOW, append, numbered
from tests.positions import at
from tests.server_process import Server

from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.policies import Policies
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.positions import pack
from passerby.runtime.bootstrap import init
from passerby.runtime.engines import engines_of
from passerby.settings import OutboxSettings
from passerby.state.protocol import OutboxRow
from passerby.state.sqlite.applied import read_progress
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.store import SqliteState
from passerby.storage.data_dir import DataDir
from passerby.worker import process
from passerby.worker.process import Chores
from passerby.worker.resume import resume_log

PEOPLE = [f"phone-{number}" for number in range(7)]


def track(server: Server, person: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
        body = json.dumps({"mobileId": person, "event": "Seen"})
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        return connection.getresponse().status
    finally:
        connection.close()


@pytest.mark.timeout(180)
def test_a_server_whose_log_was_moved_away_continues_and_counts_everything(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    try:
        server.start()
        server.wait_until_healthy()
        assert [track(server, "a"), track(server, "b")] == [202, 202]
        server.read("/v1/stats")
        assert server.stop() == 0
        for file in server.data.glob("log.db*"):
            file.rename(tmp_path / file.name)
        server.start()
        server.wait_until_healthy()
        assert track(server, "c") == 202
        stats = server.read("/v1/stats")
        assert server.read("/v1/profiles", namespace="mobile_id", value="c")["event_count"] == 1
    finally:
        server.kill()
    assert (stats["accepted"], stats["applied"], stats["events"]) == (3, 3, 3)
    assert "the log is missing; continuing it at the applied position" in server.output.read_text()


@pytest.mark.timeout(180)
def test_a_server_with_an_older_copy_of_the_log_applies_all_that_it_accepts(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    copy = tmp_path / "log.db"
    try:
        server.start()
        server.wait_until_healthy()
        assert [track(server, name) for name in PEOPLE[:2]] == [202, 202]
        server.read("/v1/stats")
        assert server.stop() == 0
        shutil.copy(server.data / "log.db", copy)
        server.start()
        server.wait_until_healthy()
        assert [track(server, name) for name in PEOPLE[2:5]] == [202] * 3
        server.read("/v1/stats")
        assert server.stop() == 0
        for file in server.data.glob("log.db*"):
            file.unlink()
        shutil.copy(copy, server.data / "log.db")
        server.start()
        server.wait_until_healthy()
        assert [track(server, name) for name in PEOPLE[5:]] == [202] * 2
        stats = server.read("/v1/stats")
        counts = [server.read("/v1/profiles", namespace="mobile_id", value=each)["event_count"] for each in PEOPLE]
    finally:
        server.kill()
    assert (stats["accepted"], stats["applied"], stats["waiting"], stats["events"]) == (7, 7, 0, 7)
    assert counts == [1] * 7
    assert "the log ends before the applied position" in server.output.read_text()


@pytest.mark.timeout(180)
def test_a_server_whose_log_lost_its_write_ahead_log_applies_all_that_it_accepts(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    try:
        server.start()
        server.wait_until_healthy()
        assert [track(server, "a"), track(server, "b")] == [202, 202]
        server.read("/v1/stats")
        server.kill()
        (server.data / "log.db-wal").unlink()
        server.start()
        server.wait_until_healthy()
        assert track(server, "c") == 202
        stats = server.read("/v1/stats")
    finally:
        server.kill()
    assert (stats["accepted"], stats["applied"], stats["waiting"], stats["events"]) == (3, 3, 0, 3)


def test_a_log_replaced_while_the_worker_runs_continues_after_the_state(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = DataDir(tmp_path)
    init(folder.path)
    folder.run.mkdir()
    with closing(SqliteState(folder.state)) as state:
        with state.transaction():
            state.finish(at(9), NOW, ())
        outbox = SqliteOutbox(folder.state, OutboxSettings())
        monkeypatch.setattr(process, "COMPARE_SECONDS", 0.0)
        chores = Chores(
            folder.run / "worker.heartbeat",
            engines_of(folder),
            Policies(ProjectCredentials(SqliteChangeFeed(folder.control))),
            outbox,
            state,
        )
        with closing(SqliteLogWriter(folder.log)) as writer, closing(SqliteLogReader(folder.log)) as reader:
            append(writer, numbered(1, 2), at=NOW + 60_000)
            chores()
            assert [entry.position for entry in reader.read(at(9), 9)] == [10, 11]


def test_a_state_that_cannot_be_read_does_not_keep_a_role_from_starting(tmp_path: Path) -> None:
    folder = DataDir(tmp_path)
    folder.state.write_bytes(b"no database" * 1_000)
    assert not resume_log(*engines_of(folder)[:2])


def test_a_state_of_an_older_release_takes_its_time_from_its_outbox(tmp_path: Path) -> None:
    folder = DataDir(tmp_path)
    with closing(SqliteState(folder.state)) as state, state.transaction():
        state.finish(at(9), NOW, [OutboxRow(pack(0, 9), 1, b"{}")])
    with closing(apsw.Connection(str(folder.state))) as connection:
        connection.execute("DROP TABLE applied_until")
    assert read_progress(folder.state).received_at == NOW


def test_a_new_data_directory_has_nothing_to_resume(tmp_path: Path) -> None:
    resume_log(*engines_of(DataDir(tmp_path))[:2])
    assert list(tmp_path.iterdir()) == []


def test_a_state_to_which_nothing_was_applied_has_nothing_to_resume(tmp_path: Path) -> None:
    folder = DataDir(tmp_path)
    folder.state.touch()
    resume_log(*engines_of(folder)[:2])
    assert not folder.log.exists()
