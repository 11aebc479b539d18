"""What the machine says of the server's processes and files."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from passerby.console import vitals
from passerby.folder import DataFolder


def test_a_process_and_those_that_it_started_are_found() -> None:
    with subprocess.Popen([sys.executable, "-c", "input()", "--role=worker"], stdin=subprocess.PIPE) as child:
        found = vitals.processes(os.getpid())
        child.communicate(b"\n")
    assert (found[0].pid, found[0].role) == (os.getpid(), "supervisor")
    ours = next(process for process in found if process.pid == child.pid)
    assert ours.role in {"worker", "supervisor"}  # what a child is called between fork and exec, nobody can say
    assert found[0].resident_bytes > 1_000_000
    assert found[0].busy_seconds > 0
    assert found[0].age_seconds >= 0


def test_where_the_system_does_not_tell_there_is_no_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(vitals, "_PROC", tmp_path)
    assert vitals.processes(os.getpid()) == []


def test_a_process_that_is_gone_meanwhile_is_left_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "1" / "task" / "1").mkdir(parents=True)
    (tmp_path / "1" / "task" / "1" / "children").write_text("2 ")
    monkeypatch.setattr(vitals, "_PROC", tmp_path)
    assert vitals.processes(1) == []


def test_a_file_counts_with_its_write_ahead_log_and_a_folder_with_all_in_it(tmp_path: Path) -> None:
    (tmp_path / "log.db").write_bytes(b"x" * 10)
    (tmp_path / "log.db-wal").write_bytes(b"x" * 5)
    (tmp_path / "log.db-shm").write_bytes(b"x" * 7)
    (tmp_path / "events" / "store").mkdir(parents=True)
    (tmp_path / "events" / "store" / "part").write_bytes(b"x" * 3)
    (tmp_path / "events" / "gone").symlink_to(tmp_path / "nowhere")
    found = vitals.disk(DataFolder(tmp_path))
    assert {file.name: file.bytes for file in found.files} == {"log.db": 15, "events": 3}
    assert 0 < found.free_bytes <= found.total_bytes
