"""After a log's file was moved away: nothing that is accepted from then on is passed over."""

from __future__ import annotations

import http.client
import json
from pathlib import Path

import pytest
from tests.serving import Server

from passerby.folder import DataFolder
from passerby.supervisor.resume import resume_log


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
def test_a_server_whose_log_was_moved_away_goes_on_and_still_accounts_for_everything(tmp_path: Path) -> None:
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
    assert "the log is gone, a new one goes on behind what is applied" in server.output.read_text()


def test_a_new_data_folder_has_nothing_to_resume(tmp_path: Path) -> None:
    resume_log(DataFolder(tmp_path))
    assert list(tmp_path.iterdir()) == []


def test_a_state_to_which_nothing_was_applied_has_nothing_to_resume(tmp_path: Path) -> None:
    folder = DataFolder(tmp_path)
    folder.state.touch()
    resume_log(folder)
    assert not folder.log.exists()
