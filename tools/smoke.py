"""Tries an installed Passerby: starts a server, sends one event, reads it back, runs the diagnostics.

    PYTHON tools/smoke.py

Run with the Python of the environment to try, from any directory: what is imported is what is installed there, not the
source tree. Standard library only. The exit code is 0 where everything worked.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

START_SECONDS: Final = 60
STOP_SECONDS: Final = 20
PROGRAM: Final = (str(Path(sys.executable).with_name("passerby")),)
ENVIRONMENT: Final = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}


def main() -> int:
    """Return the exit code."""
    with tempfile.TemporaryDirectory() as folder:
        data = str(Path(folder) / "data")
        keys = json.loads(run("init", "--data", data, "--json"))
        with serving(data) as (ingest, console):
            basic = b64encode(f"{keys['segment']['write_key']}:".encode()).decode()
            call(f"{ingest}/v1/track", f"Basic {basic}", {"userId": "u-1", "event": "Order Completed"})
            token = f"Bearer {keys['api_token']}"
            profile = call(f"{console}/v1/profiles?namespace=user_id&value=u-1&wait=30", token)
            events = call(f"{console}/v1/profiles/{profile['id']}/events?wait=30", token)["events"]
        run("doctor", "--data", data)
    names = [event["name"] for event in events]
    print(f"{run('--version').strip()} on Python {sys.version.split()[0]}: read back {names}")
    return names != ["Order Completed"]


@contextmanager
def serving(data: str) -> Iterator[tuple[str, str]]:
    """Run a server on free ports, for the block: the addresses of its ingest port and of its API."""
    port, console_port = free_ports()
    ports = ("--host", "127.0.0.1", "--port", str(port), "--console-port", str(console_port))
    with tempfile.TemporaryFile() as log:
        command = [*PROGRAM, "serve", "--data", data, *ports]
        process = subprocess.Popen(command, env=ENVIRONMENT, stdout=log, stderr=log)
        try:
            wait_until_healthy(process, f"http://127.0.0.1:{console_port}/healthz")
            yield f"http://127.0.0.1:{port}", f"http://127.0.0.1:{console_port}"
        except BaseException:
            log.seek(0)
            sys.stderr.buffer.write(log.read())
            raise
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(STOP_SECONDS)


def free_ports() -> tuple[int, int]:
    """Two TCP ports on which nothing listens."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def wait_until_healthy(process: subprocess.Popen[bytes], url: str) -> None:
    """Return when this address answers 200. Raises TimeoutError."""
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            call(url)
        except OSError:  # refused, or answered 503
            time.sleep(0.1)
        else:
            return
    raise TimeoutError("the server is not healthy")


def call(url: str, authorization: str = "", body: Any = None) -> Any:
    """The answer of a request: POST with a body, GET without one. Raises OSError."""
    headers = {"Content-Type": "application/json", "Authorization": authorization}
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(url, data, headers)  # noqa: S310 - an address made here, of the server started here
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - as above
        return json.load(response)


def run(*arguments: str) -> str:
    """The output of a command of Passerby. Raises CalledProcessError."""
    return subprocess.run([*PROGRAM, *arguments], env=ENVIRONMENT, check=True, capture_output=True, text=True).stdout


if __name__ == "__main__":
    sys.exit(main())
