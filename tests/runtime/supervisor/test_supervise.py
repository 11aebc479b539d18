"""The supervisor keeps processes running, forwards the stop signal, and exits last, tested with real processes."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest
from tests.runtime.supervisor.supervisor_process import number, supervised

from passerby.runtime.supervisor.processes import ManagedProcess, Program
from passerby.runtime.supervisor.supervise import Supervisor
from passerby.storage.data_dir import DataDir

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


@pytest.fixture
def marks(tmp_path: Path) -> Path:
    """Where processes leave files to say how far they are."""
    folder = tmp_path / "marks"
    folder.mkdir()
    return folder


@pytest.mark.parametrize("stop_signal", [signal.SIGTERM, signal.SIGINT])
def test_on_a_signal_it_stops_all_processes_and_exits_with_0(marks: Path, stop_signal: signal.Signals) -> None:
    assert supervised(marks, [HEEDS.format(code=0), HEEDS.format(code=0)], stop_signal=stop_signal).code == 0


def test_a_process_that_ends_badly_while_stopping_spoils_the_exit_code(marks: Path) -> None:
    outcome = supervised(marks, [HEEDS.format(code=4)])
    assert outcome.code == 1
    assert any("ended badly" in line and '"code": 4' in line for line in outcome.lines)


def test_a_process_that_ends_by_itself_is_started_again_loudly(marks: Path) -> None:
    outcome = supervised(marks, [ENDS_TWICE], until="settled")
    assert outcome.code == 0
    assert number(marks, "started") == 3
    loud = [line for line in outcome.lines if '"critical"' in line]
    assert len(loud) == 2
    assert all('"code": 3' in line and "starting it again" in line for line in loud)


def test_a_process_that_does_not_stop_is_killed_and_the_exit_code_shows_it(marks: Path) -> None:
    outcome = supervised(marks, [IGNORES], seconds={"STOP_SECONDS": "0.3"})
    assert outcome.code == 1
    assert any("was killed" in line for line in outcome.lines)


def test_a_supervisor_whose_output_cannot_be_written_continues_and_stops_all(marks: Path) -> None:
    with Path("/dev/full").open("wb") as full:
        outcome = supervised(marks, [ENDS_TWICE, HEEDS.format(code=0)], until="started", stderr=full)
    assert outcome.code == 0


def test_a_program_that_cannot_be_started_is_tried_again_with_pauses() -> None:
    process = ManagedProcess("worker", 0, Program(["/nowhere/at/all"], (), {}))
    supervisor = Supervisor(DataDir(Path()), [process])
    before = time.monotonic()
    supervisor._start(process)  # noqa: SLF001 - without signals
    assert process.pid is None
    assert process.due >= before + process.delay > before


def test_a_signal_that_a_starting_process_missed_is_repeated(marks: Path) -> None:
    assert supervised(marks, [MISSES_THE_FIRST], seconds={"REMIND_SECONDS": "0.1"}).code == 0
    assert number(marks, "missed") == 1
