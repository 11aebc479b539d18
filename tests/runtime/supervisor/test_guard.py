"""A role whose supervisor has ended exits: gracefully if it can, and within the grace period in any case."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from passerby.runtime.supervisor.guard import EXIT_ORPHANED

ROLE = """
import os, signal, sys, threading
from passerby import logs
from passerby.runtime.supervisor import guard
logs.configure()
guard.GRACE_SECONDS = 0.2
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: {on_signal})
guard.watch(int(sys.argv[1]))
print("ready", flush=True)
while not stop.is_set():
    stop.wait(0.05)
print("flushed", flush=True)
"""


def orphan(on_signal: str) -> tuple[int, str]:
    """Start a role, let its supervisor's sign of life end, and return the role's exit code and what it wrote."""
    reading, writing = os.pipe()
    command = [sys.executable, "-c", ROLE.format(on_signal=on_signal), str(reading)]
    role = subprocess.Popen(command, pass_fds=[reading], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    os.close(reading)
    assert role.stdout is not None
    assert role.stdout.readline() == "ready\n"
    assert role.poll() is None
    os.close(writing)
    output, _ = role.communicate(timeout=30)
    return role.returncode, output


@pytest.mark.parametrize(
    "on_signal, code, written", [("stop.set()", 0, "flushed\n"), ("None", EXIT_ORPHANED, "")], ids=["heeds", "ignores"]
)
def test_a_role_leaves_when_its_supervisor_is_gone(on_signal: str, code: int, written: str) -> None:
    assert orphan(on_signal) == (code, written)
