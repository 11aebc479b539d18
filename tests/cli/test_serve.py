"""`passerby serve` checks ports, locks and settings before it starts; then it runs until a signal."""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import msgspec
import pytest
from tests.cli.conftest import Command
from tests.server_process import Server, serving

from passerby.accounts.bootstrap import FirstKeys
from passerby.cli import greeting, run
from passerby.sockets import listen, port_of
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

PROGRAM = [sys.executable, "-m", "passerby"]


def wait_for(condition: Callable[[], bool]) -> None:
    """Return as soon as the condition holds; the test's own timeout ends it if it never does."""
    while not condition():
        time.sleep(0.02)


def children(pid: int) -> dict[str, int]:
    """The processes that a supervisor started, by role."""
    found: dict[str, int] = {}
    for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
        words = Path(f"/proc/{child}/cmdline").read_text().split("\0")
        found |= {word.removeprefix("--role="): int(child) for word in words if word.startswith("--role=")}
    return found


def lives(pid: int) -> bool:
    """Whether this process runs; one that ended and was not collected does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_a_port_in_use_is_refused_before_anything_is_made(passerby: Command, data: Path) -> None:
    with listen("127.0.0.1", 0, "--port") as other:
        port = port_of(other)
        done = passerby("serve", "--port", str(port))
        assert done.code == 1
        assert done.err == (
            f"passerby: cannot listen on 127.0.0.1 port {port}: the port is in use; "
            "stop the program that uses it, or choose another port with --port\n"
        )
        assert "--console-port" in passerby("serve", "--port", "0", "--console-port", str(port)).err
    assert not DataDir(data).control.exists()


@pytest.mark.parametrize("words", [(), ("--role", "worker")], ids=["all", "one role"])
def test_a_folder_in_use_is_refused(passerby: Command, data: Path, words: tuple[str, ...]) -> None:
    descriptors = locks.take_serve(DataDir(data)), locks.take_folder(DataDir(data), alone=True)
    locks.announce(descriptors[0], locks.Serving(pid=os.getpid(), host="h", port=1, console_host="h", console_port=2))
    done = passerby("serve", *words)
    for descriptor in descriptors:
        os.close(descriptor)
    assert done.code == 1
    assert f"in use by process {os.getpid()}" in done.err


def test_a_folder_that_lost_its_projects_is_refused(passerby: Command, data: Path) -> None:
    data.mkdir()
    DataDir(data).log.touch()
    done = passerby("serve", "--port", "0", "--console-port", "0")
    assert done.code == 1
    assert "control.db is missing" in done.err


def test_settings_that_cannot_be_used_are_refused_all_at_once(passerby: Command) -> None:
    done = passerby("serve", "--port", "70000", "--edge-idle-seconds", "0")
    assert done.code == 1
    assert "--port" in done.err
    assert "--edge-idle-seconds" in done.err


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One server for the tests below that leave it running."""
    with serving(tmp_path_factory.mktemp("serve") / "data") as server:
        yield server


def post(server: Server, mobile_id: str) -> int:
    """One CrossEngage call: its status."""
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=30)
    path = f"/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
    connection.request("POST", path, json.dumps({"mobileId": mobile_id, "event": "Opened"}))
    status = connection.getresponse().status
    connection.close()
    return status


@pytest.mark.parametrize("role", ["edge", "worker", "console"])
def test_a_role_that_is_killed_is_started_again_and_nothing_is_lost(server: Server, role: str) -> None:
    assert server.process is not None
    before = children(server.process.pid)
    os.kill(before[role], signal.SIGKILL)
    assert post(server, f"after-{role}") == 202
    server.wait_until_healthy()
    assert server.read("/v1/profiles", namespace="mobile_id", value=f"after-{role}")["event_count"] == 1
    after = children(server.process.pid)
    assert {name for name, pid in after.items() if before[name] != pid} == {role}
    assert "a process ended by itself" in server.output.read_text()


def test_a_second_server_on_the_same_folder_is_refused(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["serve", "--data", str(server.data), "--port", "0", "--console-port", "0"]) == 1
    assert f"on port {server.port}" in capsys.readouterr().err


def test_the_demo_shows_people_on_the_running_server(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["demo", "--data", str(server.data), "--people", "60", "--json"]) == 0
    shown = json.loads(capsys.readouterr().out)
    assert set(shown["answers"]) == {"200", "201", "202"}
    assert shown["calls"].keys() == {"crossengage", "webengage", "customerlabs", "antsomi", "segment"}
    assert shown["growth"]["accepted"] == shown["growth"]["applied"] + shown["growth"]["duplicates"]
    assert shown["growth"]["events"] > 500
    stages = {seen["highlight"]["what"]: seen["stage"] for seen in shown["worth_a_look"]}
    assert (
        stages["passed on a phone, kept the history"]
        == stages["received that phone, without its history"]
        == "customer"
    )


def test_the_demo_with_the_same_seed_sends_the_same_users_and_lists_profiles_of_interest(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    demo = ["demo", "--data", str(server.data), "--people", "20", "--seed", "7"]
    assert run(demo) == 0
    before = server.read("/v1/stats")["profiles"]["customer"]
    assert run(demo) == 0
    printed = capsys.readouterr().out
    assert server.read("/v1/stats")["profiles"]["customer"] == before
    assert "Profiles of interest:" in printed
    assert f"{greeting.url('127.0.0.1', server.console_port)}/v1/profiles/" in printed


def test_the_doctor_finds_a_running_server_healthy(server: Server, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["doctor", "--data", str(server.data), "--json"]) == 0
    found = {finding["check"]: finding["found"] for finding in json.loads(capsys.readouterr().out)["findings"]}
    assert "the server is healthy" in found["console port"]


def test_a_key_that_is_revoked_stops_working_on_the_running_server(
    server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    run(["keys", "add", "crossengage.mobile_api_key", "--json", "--data", str(server.data)])
    added = json.loads(capsys.readouterr().out)
    path = f"/api/v1/mobile/{added['value']}/track"
    wait_for(lambda: status(server.port, path) == 202)
    run(["keys", "revoke", str(added["id"]), "--data", str(server.data)])
    wait_for(lambda: status(server.port, path) == 401)


def status(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request("POST", path, json.dumps({"mobileId": "m", "event": "Opened"}))
    status = connection.getresponse().status
    connection.close()
    return status


def greeted(data: Path, stdout: int, read: Callable[[], str]) -> str:
    """What a server on this folder writes to this descriptor until it serves; then it is stopped."""
    serve = [*PROGRAM, "serve", "--data", str(data), "--port", "0", "--console-port", "0"]
    with subprocess.Popen(serve, stdout=stdout, stderr=subprocess.PIPE, text=True) as process:
        os.close(stdout)
        said = read()
        process.send_signal(signal.SIGTERM)
        _, lines = process.communicate(timeout=30)
    assert process.returncode == 0
    return said + lines


def test_an_empty_folder_is_initialised_and_the_credentials_go_to_a_private_file(data: Path) -> None:
    for first_time in (True, False):
        reading, writing = os.pipe()
        with os.fdopen(reading, encoding="utf-8") as output:
            said = greeted(data, writing, lambda: "".join(iter(output.readline, f"{greeting.LAST_LINE}\n")))
        file = data / "first-credentials.json"
        keys = json.loads(file.read_text())
        assert file.stat().st_mode & 0o777 == 0o600
        assert ("first-credentials.json" in said) is first_time
        assert "curl -sS 'http://127.0.0.1:" in said
        for secret in (keys["api_token"], keys["webengage"]["api_key"], keys["console"]["password"]):
            assert secret not in said
        assert keys["customerlabs"]["webhook_path"] not in said
        assert keys["segment"]["write_key"] in said


def test_an_empty_folder_is_initialised_and_the_credentials_are_printed_on_a_terminal(data: Path) -> None:
    terminal, end = os.openpty()
    said = ""

    def read() -> str:
        nonlocal said
        while greeting.LAST_LINE not in said:
            said += os.read(terminal, 65_536).decode()
        return said

    greeted(data, end, read)
    os.close(terminal)
    assert "Save these credentials" in said
    assert '"password"' in said
    assert "/source/" in said
    assert not (data / "first-credentials.json").exists()


def test_no_role_survives_a_supervisor_that_is_killed(data: Path) -> None:
    with serving(data) as server:
        assert server.process is not None
        roles = children(server.process.pid)
        assert set(roles) == {"edge", "worker", "console", "deliver"}
        server.process.kill()
        wait_for(lambda: not any(lives(pid) for pid in roles.values()))
        os.close(locks.take_folder(DataDir(data), alone=True))


def test_single_roles_run_side_by_side_and_a_second_worker_does_not(
    data: Path, keys: FirstKeys, free_port: Callable[[], int]
) -> None:
    assert msgspec.json.encode(keys)
    ports = ["--port", str(free_port()), "--console-port", str(free_port())]
    roles = {
        role: subprocess.Popen([*PROGRAM, "serve", "--role", role, "--data", str(data), *ports], stderr=subprocess.PIPE)
        for role in ("edge", "worker", "console")
    }
    wait_for(lambda: (data / "run" / "worker.heartbeat").exists() and healthy(int(ports[3])))
    again = [*PROGRAM, "serve", "--role", "worker", "--data", str(data)]
    second = subprocess.run(again, capture_output=True, text=True, check=False)
    assert second.returncode == 1
    assert "there can be only one" in second.stderr
    for process in roles.values():
        process.send_signal(signal.SIGTERM)
    for role, process in roles.items():
        _, said = process.communicate(timeout=30)
        assert process.returncode == 0, (role, said)


def healthy(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
