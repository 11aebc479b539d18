"""Diagnostics of data directory, disk and clock, with advice."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from passerby.doctor import folder as module
from passerby.doctor.finding import Finding
from passerby.doctor.folder import check_clock, check_folder


def unwell(findings: list[Finding]) -> dict[str, str]:
    return {finding.check: finding.advice for finding in findings if not finding.well}


def test_a_directory_with_our_owner_and_free_space_is_healthy(tmp_path: Path) -> None:
    findings = list(check_folder(tmp_path))
    assert [finding.check for finding in findings] == ["owner", "writable", "disk space"]
    assert unwell(findings) == {}
    assert list(tmp_path.iterdir()) == []


def test_a_missing_directory_is_the_only_finding(data: Path) -> None:
    findings = list(check_folder(data))
    assert unwell(findings) == {
        "data directory": f"create it with `passerby init --data {data}`, or give another directory with --data"
    }
    assert len(findings) == 1


def test_a_directory_of_another_owner_is_unhealthy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: tmp_path.stat().st_uid + 1)
    assert "chown" in unwell(list(check_folder(tmp_path)))["owner"]


def test_a_folder_that_cannot_be_written_to_is_unwell() -> None:
    assert "write access" in unwell(list(check_folder(Path("/proc/self"))))["writable"]


def test_a_disk_that_is_nearly_full_is_unwell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LEAST_FREE_BYTES", 1 << 80)
    assert "free disk space" in unwell(list(check_folder(tmp_path)))["disk space"]


def test_a_clock_after_everything_that_was_written_is_well(tmp_path: Path) -> None:
    (tmp_path / "log.db").touch()
    assert check_clock(tmp_path).well


def test_a_clock_before_what_was_written_is_unwell(tmp_path: Path) -> None:
    file = tmp_path / "log.db"
    file.touch()
    os.utime(file, (time.time() + 3600, time.time() + 3600))
    assert "NTP" in unwell([check_clock(tmp_path)])["clock"]


def test_a_clock_from_before_this_program_is_unwell(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "EARLIEST_NOW", datetime(9000, 1, 1, tzinfo=UTC))
    assert "set the clock" in unwell([check_clock(tmp_path)])["clock"]
