"""The engines: SQLite's version and files, chDB and its folder."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import apsw

from passerby import sizes
from passerby.doctor.finding import Finding, unwell, well
from passerby.folder import DataFolder

LEAST_SQLITE: Final = (3, 51, 3)
"""Earlier ones can damage a file when one connection writes while another resets the write-ahead log (SQLite, WAL)."""
LOOK_SECONDS: Final = 5.0
"""How long one file is looked through: a large one takes minutes to read in full."""
CHDB_SECONDS: Final = 60.0
STEPS_BETWEEN_LOOKS_AT_THE_CLOCK: Final = 100_000
_RESTORE = "stop the server and restore the folder from a backup"


def check_sqlite() -> Finding:
    """The SQLite that apsw brings along."""
    version = apsw.sqlite_lib_version()
    if tuple(map(int, version.split("."))) >= LEAST_SQLITE:
        return well("SQLite", version)
    return unwell("SQLite", f"{version} can damage files", "install a newer apsw: `make setup` in a fresh checkout")


def check_files(folder: DataFolder) -> Iterator[Finding]:
    """Each SQLite file of the folder, which may be in use meanwhile."""
    for file in (folder.control, folder.log, folder.state):
        yield _check_file(file) if file.exists() else _missing(folder, file)


def _missing(folder: DataFolder, file: Path) -> Finding:
    if file == folder.control:
        advice = f"make it with `passerby init --data {folder.path}`"
        return unwell(file.name, "is not there", advice)
    return well(file.name, "not there yet: the first `passerby serve` makes it")


def _check_file(file: Path) -> Finding:
    try:
        connection = apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            return _looked_through(file, connection)
        finally:
            connection.close()
    except apsw.Error as error:
        return unwell(file.name, f"cannot be read: {error}", _RESTORE)


def _looked_through(file: Path, connection: apsw.Connection) -> Finding:
    deadline = time.monotonic() + LOOK_SECONDS
    connection.pragma("query_only", "on")
    connection.set_progress_handler(lambda: time.monotonic() > deadline, STEPS_BETWEEN_LOOKS_AT_THE_CLOCK)
    size = f"{sizes.of_database(file) / (1 << 20):.1f} MiB"
    try:
        faults = [fault for (fault,) in connection.execute("PRAGMA quick_check(3)") if fault != "ok"]
    except apsw.InterruptError:
        return well(file.name, f"{size}; nothing wrong found in {LOOK_SECONDS:.0f} s of looking")
    if faults:
        return unwell(file.name, f"is damaged: {'; '.join(map(str, faults))}", _RESTORE)
    return well(file.name, f"{size}, whole")


def check_chdb(folder: DataFolder, *, in_use: bool) -> Finding:
    """chDB, and its folder unless a server has it open: only one process can.

    It is opened in a process of its own, so that a fault of the engine is a finding and not our end.
    """
    if in_use:
        return _try_chdb(None)
    return _try_chdb(folder.events if folder.events.is_dir() else None)


def _try_chdb(events: Path | None) -> Finding:
    with tempfile.TemporaryDirectory() as scratch:
        command = [sys.executable, "-c", _PROBE, str(events or scratch)]
        code, words = _run(command)
    where = "opens its folder" if events else "works"
    if code == 0:
        return well("chDB", f"{words}; it {where}")
    return unwell("chDB", f"does not work: {words}", _CHDB_ADVICE if events else "install it again: `make setup`")


_PROBE = """
import sys
from pathlib import Path
from passerby.events.opening import open_event_store
open_event_store(Path(sys.argv[1])).close()
import chdb
print(chdb.__version__)
"""
_CHDB_ADVICE = "`passerby serve` sets the folder aside and rebuilds it from what log and outbox hold; keep the old one"


def _run(command: list[str]) -> tuple[int, str]:
    """The exit code, and the last line that was printed."""
    try:
        done = subprocess.run(  # noqa: S603 - our own program
            command, capture_output=True, text=True, timeout=CHDB_SECONDS, check=False, env=dict(os.environ)
        )
    except subprocess.TimeoutExpired:
        return 1, f"no answer within {CHDB_SECONDS:.0f} s"
    lines = (done.stdout if done.returncode == 0 else done.stderr).strip().splitlines()
    return done.returncode, lines[-1] if lines else f"exit code {done.returncode}"
