"""A supervisor in a process of its own, to which tests send signals."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO, NamedTuple

PATIENCE_SECONDS = 60.0

# What a supervised process begins with: it leaves files to say how far it is.
_ROLE = """
import os, signal, sys, time
folder = sys.argv[1]
def touch(name): open(os.path.join(folder, f"{name}.{os.getpid()}"), "w").close()
"""

_SUPERVISOR = """
import os, signal, sys
from pathlib import Path
from passerby import logs
from passerby.storage.data_dir import DataDir
from passerby.runtime.supervisor import supervise
from passerby.runtime.supervisor.processes import ManagedProcess, Program
from passerby.sockets import listen, port_of
data, marks, *scripts = sys.argv[1:]
for name in ("STOP_SECONDS", "REMIND_SECONDS"):
    if name in os.environ: setattr(supervise, name, float(os.environ[name]))
logs.configure("info", "json", sys.stderr)
def handlers(): return [signal.getsignal(one) for one in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)]
before = handlers()
processes = [
    ManagedProcess(role, 0, Program([sys.executable, "-I", "-S", "-c", script, marks], (), {}))
    for role, script in zip(("worker", "console"), scripts)
]
listener = listen("127.0.0.1", 0, "--port")
assert port_of(listener)
code = supervise.Supervisor(DataDir(Path(data)), processes, [listener]).run()
for process in processes: process.ended()
if handlers() != before: sys.exit("signals do something else than before")
if any(process.pid for process in processes): sys.exit("a process is left")
if listener.fileno() != -1: sys.exit("clients can still connect")
sys.exit(LEFT + code)
"""


_LEFT = 10
"""What is added to the supervisor's code, so that no fault of the script around it passes for one."""


class Outcome(NamedTuple):
    """How a supervisor left: its exit code, and the lines it logged."""

    code: int
    lines: list[str]


def number(marks: Path, name: str) -> int:
    """How many processes have left this mark."""
    return len(list(marks.glob(f"{name}.*")))


def supervised(  # noqa: PLR0913 - all but two have defaults
    marks: Path,
    scripts: Sequence[str],
    *,
    until: str = "started",
    stop_signal: signal.Signals = signal.SIGTERM,
    seconds: dict[str, str] | None = None,
    stderr: IO[bytes] | int = subprocess.PIPE,
) -> Outcome:
    """Supervise processes that run these scripts, and tell the supervisor to stop when all have left this mark.

    `seconds` are the supervisor's own durations to set, by name.
    """
    data = marks.parent / "data"
    script = _SUPERVISOR.replace("LEFT", str(_LEFT))
    command = [sys.executable, "-c", script, str(data), str(marks), *(_ROLE + script for script in scripts)]
    environment = os.environ | (seconds or {})
    with subprocess.Popen(command, stderr=stderr, env=environment, text=True) as supervisor:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while number(marks, until) < len(scripts) and supervisor.poll() is None and time.monotonic() < deadline:
                time.sleep(0.01)
            supervisor.send_signal(stop_signal)
            _, said = supervisor.communicate(timeout=PATIENCE_SECONDS)
        finally:
            supervisor.kill()
    assert supervisor.returncode >= _LEFT, said
    return Outcome(supervisor.returncode - _LEFT, (said or "").splitlines())
