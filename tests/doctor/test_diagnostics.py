"""The diagnostics cover every component."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from pathlib import Path

from passerby.cli.configuration import load
from passerby.doctor.diagnostics import run_diagnostics
from passerby.doctor.finding import Finding
from passerby.runtime.bootstrap import init
from passerby.runtime.engines import engines_of
from passerby.state.sqlite.store import SqliteState
from passerby.storage import locks
from passerby.storage.data_dir import DataDir

EVERYTHING = [
    *("owner", "writable", "disk space", "SQLite", "control.db", "log.db", "state.db"),
    *("secret key", "clock", "chDB", "ingest port", "console port"),
]


def examined(given: Mapping[str, object]) -> list[Finding]:
    """What the doctor finds with these settings."""
    settings = load(given)
    return list(run_diagnostics(settings, engines_of(DataDir(settings.data))))


def test_a_new_folder_is_well_in_every_respect(data: Path, free_port: Callable[[], int]) -> None:
    init(data)
    findings = list(examined({"data": data, "port": free_port(), "console_port": free_port()}))
    assert [finding.check for finding in findings] == EVERYTHING
    assert all(finding.well for finding in findings), findings


def test_a_folder_with_a_state_has_its_positions_compared(data: Path, free_port: Callable[[], int]) -> None:
    init(data)
    SqliteState(DataDir(data).state).close()
    findings = list(examined({"data": data, "port": free_port(), "console_port": free_port()}))
    assert ("positions", True) in [(finding.check, finding.well) for finding in findings]


def test_without_a_folder_the_machine_is_looked_at_nevertheless(data: Path, free_port: Callable[[], int]) -> None:
    findings = list(examined({"data": data, "port": free_port(), "console_port": free_port()}))
    assert [finding.check for finding in findings] == [
        "data directory",
        "SQLite",
        "chDB",
        "ingest port",
        "console port",
    ]
    assert not data.exists()


def test_the_ports_of_a_running_server_are_the_ones_that_are_tried(data: Path, free_port: Callable[[], int]) -> None:
    init(data)
    taken = locks.take_serve(DataDir(data))
    port = free_port()
    locks.announce(
        taken, locks.Serving(pid=1, host="127.0.0.1", port=port, console_host="127.0.0.1", console_port=port)
    )
    found = {finding.check: finding.found for finding in examined({"data": data})}
    os.close(taken)
    assert f"port {port} does not respond" in found["ingest port"]
