"""The supervisor keeps its processes running, passes on the signal to stop, and leaves last. With real processes."""

from __future__ import annotations

import io
import os
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import structlog

from passerby import logs
from passerby.folder import DataFolder
from passerby.supervisor import supervise
from passerby.supervisor.children import Place, Program
from passerby.supervisor.layout import Role
from passerby.supervisor.sockets import listen, port_of

HEEDS = """
signal.signal(signal.SIGTERM, lambda *_: sys.exit({code}))
touch("started"); time.sleep(60)
"""
IGNORES = """
signal.signal(signal.SIGTERM, signal.SIG_IGN)
touch("started"); time.sleep(60)
"""
MISSES_THE_FIRST = """
def first(*_): signal.signal(signal.SIGTERM, lambda *_: sys.exit(0)); touch("missed")
signal.signal(signal.SIGTERM, first)
touch("started")
while True: time.sleep(60)
"""
ENDS_TWICE = """
touch("started")
if len(os.listdir(folder)) < 3: sys.exit(3)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
touch("settled"); time.sleep(60)
"""
BEFORE = """
import os, signal, sys, time
folder = sys.argv[1]
def touch(name): open(os.path.join(folder, f"{name}.{os.getpid()}"), "w").close()
"""


@pytest.fixture(autouse=True)
def lines() -> Iterator[io.StringIO]:
    stream = io.StringIO()
    logs.configure("info", "json", stream)
    yield stream
    structlog.reset_defaults()


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """Where processes leave files to say how far they are."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


def place(script: str, marks: Path, role: Role = "worker") -> Place:
    return Place(role, 0, Program([sys.executable, "-I", "-S", "-c", BEFORE + script, str(marks)], (), {}))


def number(marks: Path, name: str) -> int:
    return len(list(marks.glob(f"{name}.*")))


def when(condition: Callable[[], bool], then: Callable[[], None]) -> None:
    """Do something from a thread as soon as a condition holds; the supervisor needs the main one."""

    def wait() -> None:
        while not condition():
            time.sleep(0.01)
        then()

    threading.Thread(target=wait, daemon=True).start()


def tell_ourselves(number: signal.Signals) -> Callable[[], None]:
    """Send this signal, if a supervisor is there to take it: a test that failed before must not end all the others."""

    def tell() -> None:
        if signal.getsignal(number) not in {signal.SIG_DFL, signal.default_int_handler}:
            os.kill(os.getpid(), number)

    return tell


@pytest.mark.parametrize("told", [signal.SIGTERM, signal.SIGINT])
def test_told_to_stop_it_tells_everybody_and_ends_well(data: Path, marks: Path, told: signal.Signals) -> None:
    places = [place(HEEDS.format(code=0), marks), place(HEEDS.format(code=0), marks, "console")]
    when(lambda: number(marks, "started") == 2, tell_ourselves(told))
    assert supervise.Supervisor(DataFolder(data), places).run() == 0
    assert [one.pid for one in places] == [None, None]


def test_a_process_that_ends_badly_while_stopping_spoils_the_exit_code(data: Path, marks: Path) -> None:
    when(lambda: number(marks, "started") == 1, tell_ourselves(signal.SIGTERM))
    assert supervise.Supervisor(DataFolder(data), [place(HEEDS.format(code=4), marks)]).run() == 1


def test_a_process_that_ends_by_itself_is_started_again_loudly(data: Path, marks: Path, lines: io.StringIO) -> None:
    when(lambda: number(marks, "settled") == 1, tell_ourselves(signal.SIGTERM))
    assert supervise.Supervisor(DataFolder(data), [place(ENDS_TWICE, marks)]).run() == 0
    assert number(marks, "started") == 3
    loud = [line for line in lines.getvalue().splitlines() if '"critical"' in line]
    assert len(loud) == 2
    assert all('"code": 3' in line and "starting it again" in line for line in loud)


def test_a_process_that_does_not_stop_is_killed_and_the_exit_code_says_so(
    data: Path, marks: Path, lines: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "STOP_SECONDS", 0.3)
    when(lambda: number(marks, "started") == 1, tell_ourselves(signal.SIGTERM))
    assert supervise.Supervisor(DataFolder(data), [place(IGNORES, marks)]).run() == 1
    assert "killing it" in lines.getvalue()


def test_a_signal_that_a_starting_process_missed_is_repeated(
    data: Path, marks: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(supervise, "REMIND_SECONDS", 0.1)
    when(lambda: number(marks, "started") == 1, tell_ourselves(signal.SIGTERM))
    assert supervise.Supervisor(DataFolder(data), [place(MISSES_THE_FIRST, marks)]).run() == 0
    assert number(marks, "missed") == 1


def test_nobody_can_connect_any_more_once_it_is_stopping(data: Path, marks: Path) -> None:
    listener = listen("127.0.0.1", 0, "--port")
    assert port_of(listener)
    when(lambda: number(marks, "started") == 1, tell_ourselves(signal.SIGTERM))
    supervise.Supervisor(DataFolder(data), [place(HEEDS.format(code=0), marks)], [listener]).run()
    assert listener.fileno() == -1


def test_signals_do_again_what_they_did_before(data: Path, marks: Path) -> None:
    before = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)]
    when(lambda: number(marks, "started") == 1, tell_ourselves(signal.SIGTERM))
    supervise.Supervisor(DataFolder(data), [place(HEEDS.format(code=0), marks)]).run()
    assert [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT, signal.SIGCHLD)] == before
