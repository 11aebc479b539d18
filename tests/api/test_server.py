"""The console role as a process: over the log, state and event store of a data directory, next to a worker."""

from __future__ import annotations

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from tests.api.test_health import Teapot, serving
from tests.state.state_builder import ident, new_id

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.log.sqlite.store import SqliteLogWriter
from passerby.messages import Identifier, Message
from passerby.runtime.bootstrap import init

PATIENCE_SECONDS = 60.0


class Server:
    """A worker and a console on one data directory. Messages are put into the log directly: there is no edge."""

    def __init__(self, data: Path, edge_port: int, console_port: int) -> None:
        self.data = data
        self.keys: dict[str, Any] = json.loads(msgspec.json.encode(init(data, "").document()))
        self.log = SqliteLogWriter(data / "log.db")
        self._flags = [f"--data={data}", f"--port={edge_port}", f"--console-port={console_port}", "--log-format=json"]
        self._roles: dict[str, subprocess.Popen[bytes]] = {}
        headers = {"Authorization": f"Bearer {self.keys['api_token']}"}
        self.client = httpx.Client(base_url=f"http://127.0.0.1:{console_port}", headers=headers, timeout=30)

    def start(self, role: str) -> None:
        command = [sys.executable, "-m", "passerby", "serve", f"--role={role}", *self._flags]
        with (self.data / f"{role}.txt").open("ab") as lines:
            self._roles[role] = subprocess.Popen(command, stdout=lines, stderr=lines)

    def end(self, role: str, number: signal.Signals = signal.SIGTERM) -> int:
        process = self._roles.pop(role)
        process.send_signal(number)
        return process.wait(PATIENCE_SECONDS)

    def restart_console(self) -> None:
        self.start("console")
        self.wait_until("/healthz", 200)

    def lines(self, role: str) -> list[dict[str, Any]]:
        text = (self.data / f"{role}.txt").read_text()
        return [json.loads(line) for line in text.splitlines() if line.startswith("{")]

    def wait_until(self, path: str, status: int, headers: dict[str, str] | None = None) -> httpx.Response:
        """The answer at this path once it has this status."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline and self._roles["console"].poll() is None:
            try:
                if (answer := self.client.get(path, headers=headers)).status_code == status:
                    return answer
            except httpx.TransportError:
                pass
            time.sleep(0.05)
        pytest.fail(f"{path} never was {status}: {self.lines('console')[-3:]}")

    def track(self, name: str, *identifiers: Identifier) -> Message:
        at = time.time_ns() // 1_000_000
        message = Message(
            project=1,
            id=new_id(),
            dialect="test",
            kind="track",
            name=name,
            identifiers=identifiers,
            time=at,
            received_at=at,
        )
        self.log.append([msgspec.json.encode(message)], {1: 1}, at)
        return message

    def timeline(self, namespace: str, value: str) -> list[str]:
        """The names of a profile's events, newest first, once everything accepted is visible."""
        answer = self.client.get("/v1/profiles", params={"namespace": namespace, "value": value, "wait": 20})
        assert answer.status_code == 200, answer.text
        page = self.client.get(f"/v1/profiles/{answer.json()['id']}/events").json()
        return [event["name"] for event in page["events"]]

    def close(self) -> None:
        for role in list(self._roles):
            self.end(role)
        self.client.close()
        self.log.close()


@contextmanager
def running(data: Path, console_port: int) -> Iterator[Server]:
    with serving(Teapot) as edge_port:
        server = Server(data, edge_port, console_port)
        try:
            server.start("worker")
            server.start("console")
            server.wait_until("/healthz", 200)
            yield server
        finally:
            server.close()


def test_what_is_accepted_is_to_be_seen_whatever_becomes_of_the_console(
    data: Path, free_port: Callable[[], int]
) -> None:
    with running(data, free_port()) as server:
        server.track("First", ident("mobile_id", "m1"))
        assert server.timeline("mobile_id", "m1") == ["First"]

        assert server.end("console") == 0
        server.track("Second", ident("mobile_id", "m1"))
        server.restart_console()
        assert server.timeline("mobile_id", "m1") == ["Second", "First"]

        server.end("console", signal.SIGKILL)
        shutil.rmtree(data / "events")
        (data / "events").write_text("no folder any more")
        server.restart_console()
        assert server.timeline("mobile_id", "m1") == ["Second", "First"]
        assert any("was moved away" in line["event"] for line in server.lines("console"))

        assert server.client.get("/v1/stats").json()["applied"] == 2
        assert server.end("worker") == 0
        server.track("Third", ident("mobile_id", "m1"))
        answers: list[httpx.Response] = []
        patient = threading.Thread(target=lambda: answers.append(server.client.get("/v1/stats", params={"wait": 25})))
        patient.start()
        server.wait_until("/v1/stats", 200)
        assert server.end("console", signal.SIGINT) == 0
        patient.join()
        assert [answer.status_code for answer in answers] == [503]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with running(tmp_path_factory.mktemp("server") / "data", port) as server:
        yield server


def test_a_merge_is_undone_over_http(server: Server) -> None:
    server.track("Seen", ident("mobile_id", "undo-m"))
    server.timeline("mobile_id", "undo-m")
    server.track("Signed up", ident("user_id", "undo-u"))
    server.track("Signed in", ident("user_id", "undo-u"), ident("mobile_id", "undo-m"))
    assert server.timeline("mobile_id", "undo-m") == ["Signed in", "Signed up", "Seen"]
    profile = server.client.get("/v1/profiles", params={"namespace": "user_id", "value": "undo-u"}).json()
    answer = server.client.post(f"/v1/merges/{profile['members'][1]['merge_id']}/undo")
    assert answer.status_code == 200
    assert server.timeline("mobile_id", "undo-m") == ["Seen"]
    assert server.timeline("user_id", "undo-u") == ["Signed in", "Signed up"]


def test_a_new_token_is_let_in_and_a_revoked_one_no_more(server: Server) -> None:
    with SqliteProjects(server.data / "control.db") as store:
        project = store.project("default")
        added = store.add_key(project, "api_token", 1)
        headers = {"Authorization": f"Bearer {added.value}"}
        server.wait_until("/v1/stats", 200, headers)
        store.revoke_key(project, added.id, 2)
    server.wait_until("/v1/stats", 401, headers)


def test_the_metrics_of_the_worker_are_shown_too(server: Server) -> None:
    page = server.client.get("/metrics").text
    for metric in ("passerby_worker_position", "passerby_relay_visible_position", "passerby_api_requests_total"):
        assert metric in page


def test_a_worker_that_has_gone_is_missed(server: Server) -> None:
    long_ago = time.time() - 3600
    heartbeat = server.data / "run" / "worker.heartbeat"
    server.end("worker", signal.SIGKILL)
    os.utime(heartbeat, (long_ago, long_ago))
    answer = server.wait_until("/healthz", 503)
    assert answer.json()["error"]["details"]["checks"].keys() == {"worker"}
    assert server.client.get("/v1/stats").status_code == 200
    server.start("worker")
    server.wait_until("/healthz", 200)


def test_no_proxy_header_causes_a_server_error(server: Server) -> None:
    for value in ("", "[", "[::1%25]:99999", '"', "for=;;", "a" * 20_000, ", x" * 5_000, "\xff"):
        for name in ("X-Forwarded-For", "Forwarded", "X-Real-IP", "X-Forwarded-Proto"):
            answer = server.client.get("/v1/stats", headers={name.encode(): value.encode("latin-1")})
            assert answer.status_code == 200, (name, value)


def test_no_line_of_the_log_says_what_was_looked_up(server: Server) -> None:
    server.client.get("/v1/profiles", params={"namespace": "email", "value": "looked-up@b.example"})
    server.client.get("/v1/profiles/looked-up")
    text = (server.data / "console.txt").read_text()
    assert "looked-up" not in text
    assert server.keys["api_token"] not in text
