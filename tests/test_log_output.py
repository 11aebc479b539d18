"""A server whose output cannot be written: full disk, closed pipe, closed descriptors."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from tests.server_process import Server

from passerby.runtime.supervisor.layout import ROLES

SHELL = {"full": '"$@" >/dev/full 2>&1', "without a reader": '"$@"', "closed": '"$@" >&- 2>&-'}


def until(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    return [int(each) for each in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def is_healthy(server: Server) -> bool:
    try:
        return server.api("GET", "/healthz")[0] == httpx.codes.OK
    except OSError:
        return False


@pytest.mark.timeout(300)
@pytest.mark.parametrize("output", SHELL)
def test_a_server_whose_output_goes_nowhere_serves_and_ends_all_its_processes(tmp_path: Path, output: str) -> None:
    server = Server(tmp_path / "data")
    reading, writing = os.pipe()
    flags = ["--data", str(server.data), "--port", str(server.port), "--console-port", str(server.console_port)]
    command = ["sh", "-c", f"exec {SHELL[output]}", "sh", sys.executable, "-m", "passerby", "serve", *flags]
    process = subprocess.Popen([*command, "--edge-processes=1"], stdout=writing, stderr=writing, start_new_session=True)
    server.process = process
    os.close(writing)
    os.close(reading)
    try:
        until(lambda: is_healthy(server))
        roles = children(process.pid)
        assert len(roles) == len(ROLES)
        os.kill(roles[0], signal.SIGKILL)  # the supervisor has to tell, and starts it again
        until(lambda: not alive(roles[0]) and len(children(process.pid)) == len(ROLES))
        until(lambda: is_healthy(server))
        roles = children(process.pid)
        path = f"http://127.0.0.1:{server.port}/api/v1/mobile/{server.keys['crossengage']['mobile_api_key']}/track"
        assert httpx.post(path, json={"mobileId": "m", "event": "Seen"}, timeout=60).status_code == 202
        assert server.read("/v1/stats")["events"] == 1
        process.send_signal(signal.SIGTERM)
        assert process.wait(30) == 0
        assert not any(alive(role) for role in roles)
    finally:
        server.kill()
