"""Diagnostics of SQLite, its files, and chDB change none of them."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.doctor import engines
from passerby.doctor.engines import check_event_store, check_files, check_sqlite
from passerby.doctor.finding import Finding
from passerby.event_store.chdb import engine
from passerby.event_store.chdb.engine import ChdbEventStoreEngine
from passerby.runtime.bootstrap import init
from passerby.storage import sqlite
from passerby.storage.data_dir import DataDir


@pytest.fixture
def folder(data: Path) -> DataDir:
    init(data)
    return DataDir(data)


def fill(file: Path, rows: int = 2_000) -> None:
    connection = sqlite.connect(file)
    connection.execute("CREATE TABLE t (a TEXT)")
    with connection:
        connection.executemany("INSERT INTO t VALUES (?)", [(f"row {n}" * 10,) for n in range(rows)])
    connection.close()


def found(folder: DataDir) -> dict[str, Finding]:
    return {finding.check: finding for finding in check_files(folder)}


def test_the_sqlite_that_we_bring_is_safe() -> None:
    assert check_sqlite().well


def test_a_sqlite_that_can_damage_files_is_unwell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engines, "LEAST_SQLITE", (99, 0, 0))
    assert not check_sqlite().well


def test_whole_files_are_well_even_while_they_are_in_use(folder: DataDir) -> None:
    fill(folder.log)
    writer = sqlite.connect(folder.log)
    writer.execute("BEGIN IMMEDIATE; INSERT INTO t VALUES ('x')")
    findings = found(folder)
    writer.execute("COMMIT")
    writer.close()
    assert [finding.well for finding in findings.values()] == [True, True, True]
    assert "integrity OK" in findings["log.db"].found
    assert "not created yet" in findings["state.db"].found


def test_a_missing_control_file_is_unwell(data: Path) -> None:
    data.mkdir()
    finding = found(DataDir(data))["control.db"]
    assert not finding.well
    assert "passerby init" in finding.advice


def test_a_damaged_file_is_unwell(folder: DataDir) -> None:
    fill(folder.state)
    with folder.state.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xff" * 4096 * 8)
    finding = found(folder)["state.db"]
    assert not finding.well
    assert "backup" in finding.advice


def test_a_file_that_is_no_database_is_unwell(folder: DataDir) -> None:
    folder.log.write_bytes(b"not a database, just some bytes " * 400)
    assert "cannot be read" in found(folder)["log.db"].found


def test_checking_a_large_file_is_limited_in_time(folder: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(folder.log)
    monkeypatch.setattr(engines, "CHECK_SECONDS", -1.0)
    monkeypatch.setattr(sqlite, "_STEPS_BETWEEN_CLOCK_READINGS", 10)
    finding = found(folder)["log.db"]
    assert finding.well
    assert "no errors found" in finding.found


@pytest.mark.parametrize("in_use", [True, False])
def test_chdb_is_tried_in_a_process_of_its_own(folder: DataDir, *, in_use: bool) -> None:
    finding = check_event_store(ChdbEventStoreEngine(folder.events), in_use=in_use)
    assert finding.well, finding.found
    assert not folder.events.exists()


def test_chdb_that_fails_is_unwell(folder: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TRIAL", ("-c", "raise ImportError('no chdb')"))
    finding = check_event_store(ChdbEventStoreEngine(folder.events), in_use=True)
    assert not finding.well
    assert "no chdb" in finding.found


def test_chdb_that_dies_silently_is_unwell(folder: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TRIAL", ("-c", "import os; os._exit(7)"))
    folder.events.mkdir()
    finding = check_event_store(ChdbEventStoreEngine(folder.events), in_use=False)
    assert "exit code 7" in finding.found
    assert "rebuilds" in finding.advice


def test_chdb_that_does_not_answer_is_unwell(folder: DataDir, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "TRIAL", ("-c", "import time; time.sleep(60)"))
    monkeypatch.setattr(engine, "TRIAL_SECONDS", 0.2)
    assert "no answer" in check_event_store(ChdbEventStoreEngine(folder.events), in_use=True).found
