"""Statistics of the server's processes and files."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from passerby.console import system_stats
from passerby.storage.data_dir import DataDir


def test_a_process_and_those_that_it_started_are_found() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()", "--role=worker"], stdin=subprocess.PIPE) as child:
        found = system_stats.processes(os.getpid())
        child.communicate(b"\n")
    assert (found[0].pid, found[0].role) == (os.getpid(), "supervisor")
    ours = next(process for process in found if process.pid == child.pid)
    assert ours.role in {"worker", "supervisor"}  # between fork and exec a child may have either name
    assert found[0].resident_bytes > 1_000_000
    assert found[0].busy_seconds > 0
    assert found[0].age_seconds >= 0


def test_a_process_that_has_ended_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as ended:
        ended.wait()
    assert system_stats.processes(ended.pid) == []
    gone = psutil.Process(os.getpid())
    monkeypatch.setattr(gone, "cmdline", raising(psutil.NoSuchProcess(ended.pid)))
    monkeypatch.setattr(psutil.Process, "children", lambda _: [gone])
    assert [process.pid for process in system_stats.processes(os.getpid())] == [os.getpid()]


def raising(error: Exception) -> Callable[[], list[str]]:
    def fail() -> list[str]:
        raise error

    return fail


def test_a_file_counts_with_its_write_ahead_log_and_a_folder_with_all_in_it(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"x" * 10)
    (tmp_path / "log.db-wal").write_bytes(b"x" * 5)
    (tmp_path / "log.db-shm").write_bytes(b"x" * 7)
    (tmp_path / "events" / "store").mkdir(parents=True)
    (tmp_path / "events" / "store" / "part").write_bytes(b"x" * 3)
    (tmp_path / "events" / "gone").symlink_to(tmp_path / "nowhere")
    found = system_stats.disk(DataDir(tmp_path))
    assert {file.name: file.bytes for file in found.files} == {"log.db": 15, "events": 3}
    assert 0 < found.free_bytes <= found.total_bytes
