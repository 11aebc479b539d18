"""Test data is deleted from a running server, and does not return."""

from __future__ import annotations

import http.client
import json
import shutil
import time
from contextlib import closing
from pathlib import Path

import pytest
from tests.server_process import Json, Server

from passerby.doctor.deep import check_identity
from passerby.event_store.chdb.opening import open_event_store
from passerby.identity.decisions import Actor
from passerby.outbox.records import Erased
from passerby.positions import Position
from passerby.runtime.engines import engines_of
from passerby.settings import OutboxSettings
from passerby.state.protocol import ManualDecision
from passerby.state.sqlite.outbox import SqliteOutbox
from passerby.state.sqlite.store import SqliteState
from passerby.storage.data_dir import DataDir

PATIENCE_SECONDS = 60
NOW = 1_763_700_000_000


def track(server: Server, device: str, event: str = "Seen") -> None:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
    try:
        path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
        body = json.dumps({"mobileId": device, "event": event})
        connection.request("POST", path, body, {"Content-Type": "application/json"})
        assert connection.getresponse().status == 202
    finally:
        connection.close()


def profile_of(server: Server, device: str) -> Json:
    return server.read("/v1/profiles", namespace="mobile_id", value=device)


def merge(server: Server, winner: str, loser: str) -> None:
    with closing(SqliteState(server.data / "state.db")) as state:
        decision = ManualDecision(
            NOW, Actor("console_user", "anna"), "why", lambda: "0199c1e2-7a44-7c1b-9d52-6b1f0a3c8e21"
        )
        state.merge_profiles(1, winner, loser, decision, force=False)


def until_relayed(server: Server) -> None:
    """Wait until the event store has deleted what it had to."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    with closing(SqliteOutbox(server.data / "state.db", OutboxSettings())) as outbox:
        while outbox.pending_deletions(1):
            assert time.monotonic() < deadline
            time.sleep(0.05)


@pytest.mark.timeout(240)
def test_deleted_test_data_does_not_come_back_when_the_event_store_is_rebuilt(tmp_path: Path) -> None:
    server = Server(tmp_path / "data")
    folder = DataDir(server.data)
    try:
        server.start()
        server.wait_until_healthy()
        for device in ("passerby-test-1", "passerby-test-1", "passerby-test-2", "passerby-test-3", "real"):
            track(server, device)
        tester = profile_of(server, "passerby-test-1")
        merge(server, profile_of(server, "real")["id"], profile_of(server, "passerby-test-2")["id"])
        status, deleted = server.api("DELETE", "/v1/test-data")
        assert (status, deleted) == (200, {"profiles": 2, "events": 3, "kept": 0, "more": False})
        assert server.api("GET", f"/v1/profiles/{tester['id']}")[0] == 404
        track(server, "passerby-test-1")
        assert profile_of(server, "passerby-test-1")["event_count"] == 1
        assert profile_of(server, "real")["event_count"] == 2
        stats = server.read("/v1/stats")
        until_relayed(server)
        assert server.stop() == 0
        with closing(open_event_store(folder.events)) as store:
            assert (store.total(1), store.timeline(1, [tester["id"]], limit=10)) == (3, [])
            changes = [each.change for each in store.changes(1, Position(0), 1_000)]
            assert [type(change) for change in changes if change.profile == tester["id"]] == [Erased]
        assert stats["accepted"] == stats["applied"] + stats["duplicates"] + stats["waiting"] == 6
        assert stats["events"] == 3

        shutil.rmtree(folder.events)
        server.start()
        server.wait_until_healthy()
        server.read("/v1/stats")
        assert server.stop() == 0
    finally:
        server.kill()
    assert [
        each
        for each in check_identity(engines_of(folder).state, engines_of(folder).log, lambda _claim, _rows: None)
        if not each.well
    ] == []
    with closing(open_event_store(folder.events)) as store:
        assert store.total(1) == 3
        assert store.timeline(1, [tester["id"]], limit=10) == []
        assert [each.change for each in store.changes(1, Position(0), 1_000)] == changes
