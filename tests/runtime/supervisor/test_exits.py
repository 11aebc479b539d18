"""A role exits on a signal during start, and when its supervisor has ended."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from contextlib import ExitStack

import pytest

from passerby.runtime.supervisor.exits import EXIT_ORPHANED, STOP, leaving_on_signal


@pytest.mark.parametrize("number", STOP)
def test_a_signal_ends_the_process_well_and_closes_what_is_open(number: signal.Signals) -> None:
    closed: list[bool] = []
    with pytest.raises(SystemExit) as ended:
        signal_this_process(number, closed)
    assert (ended.value.code, closed) == (0, [True])


def signal_this_process(number: signal.Signals, closed: list[bool]) -> None:
    with leaving_on_signal(), ExitStack() as opened:
        opened.callback(closed.append, True)  # noqa: FBT003 - a value, not a switch
        signal.raise_signal(number)


def test_afterwards_signals_do_what_they_did_before() -> None:
    before = [signal.getsignal(number) for number in STOP]
    with leaving_on_signal():
        assert [signal.getsignal(number) for number in STOP] != before
    assert [signal.getsignal(number) for number in STOP] == before


ROLE = """
import os, signal, sys, threading
from passerby import logs
from passerby.runtime.supervisor import exits
logs.configure()
exits.GRACE_SECONDS = 0.2
stop = threading.Event()
signal.signal(signal.SIGTERM, lambda *_: {on_signal})
exits.exit_with_supervisor(int(sys.argv[1]))
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
def test_a_role_exits_when_its_supervisor_has_ended(on_signal: str, code: int, written: str) -> None:
    assert orphan(on_signal) == (code, written)
