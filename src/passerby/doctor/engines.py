"""The engines: SQLite's version and files, and the event store."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from passerby.doctor.finding import Finding, unwell, well
from passerby.engines import EventStoreEngine
from passerby.storage import sizes, sqlite
from passerby.storage.data_dir import DataDir

LEAST_SQLITE: Final = (3, 51, 3)
"""Earlier ones can damage a file when one connection writes while another resets the write-ahead log (SQLite, WAL)."""
LOOK_SECONDS: Final = 5.0
"""How long one file is looked through: a large one takes minutes to read in full."""
_RESTORE = "stop the server and restore the folder from a backup"


def check_sqlite() -> Finding:
    """The SQLite that apsw brings along."""
    _, version = sqlite.version()
    if tuple(map(int, version.split("."))) >= LEAST_SQLITE:
        return well("SQLite", version)
    return unwell("SQLite", f"{version} can corrupt files", "install a newer apsw: `make setup` in a new checkout")


def check_files(folder: DataDir) -> Iterator[Finding]:
    """Each SQLite file of the folder, which may be in use meanwhile."""
    for file in (folder.control, folder.log, folder.state):
        yield _check_file(file) if file.exists() else _missing(folder, file)


def _missing(folder: DataDir, file: Path) -> Finding:
    if file == folder.control:
        advice = f"create it with `passerby init --data {folder.path}`"
        return unwell(file.name, "not found", advice)
    return well(file.name, "not created yet: the first `passerby serve` creates it")


def _check_file(file: Path) -> Finding:
    try:
        faults = sqlite.faults_of(file, LOOK_SECONDS)
    except sqlite.UnreadableFile as error:
        return unwell(file.name, f"cannot be read: {error}", _RESTORE)
    size = f"{sizes.of_database(file) / (1 << 20):.1f} MiB"
    if faults is None:
        return well(file.name, f"{size}; no errors found within {LOOK_SECONDS:.0f} s")
    if faults:
        return unwell(file.name, f"corrupt: {'; '.join(faults)}", _RESTORE)
    return well(file.name, f"{size}, integrity OK")


def check_event_store(engine: EventStoreEngine, *, in_use: bool) -> Finding:
    """The event store's engine, and the store unless a server has it open."""
    trial = engine.trial(in_use=in_use)
    if trial.problem:
        advice = _REBUILT if trial.opened else "reinstall it: `make setup`"
        return unwell(trial.engine, f"does not work: {trial.problem}", advice)
    return well(trial.engine, f"{trial.version}; {'store opened' if trial.opened else 'engine OK'}")


_REBUILT: Final = "`passerby serve` moves the folder away and rebuilds it from the log and the outbox; keep the old one"
