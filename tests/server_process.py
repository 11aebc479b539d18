"""Runs `passerby serve` as users do, on free ports of 127.0.0.1, with a data directory of its own."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.parse
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

START_SECONDS = 60
STOP_SECONDS = 20

Json = Any


def free_ports(number: int) -> list[int]:
    """Return so many different free TCP ports.

    Tests that run in parallel take theirs from different ones, as a port is free again until it is used.
    """
    processes = int(os.environ.get("PYTEST_XDIST_WORKER_COUNT", "1"))
    # One that takes the place of a crashed one counts on.
    process = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % processes
    with contextlib.ExitStack() as stack:
        ports: list[int] = []
        while len(ports) < number:
            one = stack.enter_context(socket.socket())
            one.bind(("127.0.0.1", 0))
            port = one.getsockname()[1]
            if port // 2 % processes == process:
                ports.append(port)
        return ports


def init(data: Path) -> Json:
    """What `passerby init --json` prints for this new data directory."""
    command = [sys.executable, "-m", "passerby", "init", "--data", str(data), "--json"]
    return json.loads(subprocess.run(command, capture_output=True, check=True).stdout)


class Server:
    """A data directory and its server, which can be stopped in any way and started again."""

    def __init__(self, data: Path, environment: Mapping[str, str] | None = None, keys: Json = None) -> None:
        """Make the data directory, or take one that is there, whose `keys` are given."""
        self.data = data
        self.keys = init(data) if keys is None else keys
        self.port, self.console_port = free_ports(2)
        self.process: subprocess.Popen[bytes] | None = None
        self._environment = dict(environment or {})

    @property
    def output(self) -> Path:
        """The file with all that the server has written."""
        return self.data.parent / f"{self.data.name}.out"

    def start(self, *flags: str) -> None:
        """Start without waiting."""
        ports = ("--port", str(self.port), "--console-port", str(self.console_port))
        command = [sys.executable, "-m", "passerby", "serve", "--data", str(self.data), "--host", "127.0.0.1", *ports]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(
                [*command, *flags],
                stdout=output,
                stderr=output,
                stdin=subprocess.DEVNULL,
                start_new_session=True,
                env=os.environ | self._environment,
            )

    def wait_until_healthy(self) -> None:
        """Wait until `/healthz` answers 200."""
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            with contextlib.suppress(OSError):
                if self.api("GET", "/healthz")[0] == http.HTTPStatus.OK:
                    return
            assert self.process is not None
            assert self.process.poll() is None, self.output.read_text()[-4000:]
            time.sleep(0.05)
        raise AssertionError(f"not healthy after {START_SECONDS} s:\n{self.output.read_text()[-4000:]}")

    def stop(self) -> int:
        """Send SIGTERM; return the exit code."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS)

    def kill(self) -> None:
        """Send SIGKILL to all its processes at once."""
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait(STOP_SECONDS)

    def api(self, method: str, path: str, **query: object) -> tuple[int, Json]:
        """One call of the management API with the project's token: status and answer."""
        if query:
            path = f"{path}?{urllib.parse.urlencode(query)}"
        connection = http.client.HTTPConnection("127.0.0.1", self.console_port, timeout=60)
        try:
            connection.request(method, path, headers={"Authorization": f"Bearer {self.keys['api_token']}"})
            response = connection.getresponse()
            body = response.read()
        finally:
            connection.close()
        return response.status, json.loads(body) if body else None

    def read(self, path: str, **query: object) -> Json:
        """The answer of a GET that must succeed, once everything acknowledged is visible."""
        status, body = self.api("GET", path, wait=30, **query)
        assert status == http.HTTPStatus.OK, (path, query, status, body)
        return body


@contextlib.contextmanager
def serving(data: Path, *flags: str, environment: Mapping[str, str] | None = None) -> Iterator[Server]:
    """A healthy server for the block, gone without a trace of a process after it."""
    with running(Server(data, environment), *flags) as server:
        yield server


@contextlib.contextmanager
def running(server: Server, *flags: str) -> Iterator[Server]:
    """Start a server; healthy for the block, gone without a trace of a process after it."""
    try:
        server.start(*flags)
        server.wait_until_healthy()
        yield server
        server.stop()  # gracefully, so that coverage data is written
    finally:
        server.kill()
