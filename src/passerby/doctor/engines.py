"""Checks of the engines: SQLite's version and files, and the event store."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from passerby.doctor.finding import Finding, unwell, well
from passerby.engines import EventStoreEngine
from passerby.storage import sizes, sqlite
from passerby.storage.data_dir import DataDir

LEAST_SQLITE: Final = (3, 51, 3)
"""Earlier versions can corrupt a file if one connection writes while another resets the write-ahead log (sqlite.org,
"WAL-reset bug")."""
CHECK_SECONDS: Final = 5.0
"""Time limit for checking one file: reading a large one in full takes minutes."""
_RESTORE = "stop the server and restore the data directory from a backup"


def check_sqlite() -> Finding:
    """Check the version of SQLite that apsw includes."""
    _, version = sqlite.version()
    if tuple(map(int, version.split("."))) >= LEAST_SQLITE:
        return well("SQLite", version)
    return unwell("SQLite", f"{version} can corrupt files", "install a newer apsw: `make setup` in a new checkout")


def check_files(folder: DataDir) -> Iterator[Finding]:
    """Check each SQLite file of the data directory, which may be in use meanwhile."""
    for file in (folder.control, folder.log, folder.state):
        if not file.exists():
            if file == folder.control:
                yield unwell(file.name, "not found", f"create it with `passerby init --data {folder.path}`")
            else:
                yield well(file.name, "not created yet: the first `passerby serve` creates it")
            continue
        try:
            faults = sqlite.faults_of(file, CHECK_SECONDS)
        except sqlite.UnreadableFile as error:
            yield unwell(file.name, f"cannot be read: {error}", _RESTORE)
            continue
        size = f"{sizes.of_database(file) / (1 << 20):.1f} MiB"
        if faults is None:
            yield well(file.name, f"{size}; no errors found within {CHECK_SECONDS:.0f} s")
        elif faults:
            yield unwell(file.name, f"corrupt: {'; '.join(faults)}", _RESTORE)
        else:
            yield well(file.name, f"{size}, integrity OK")


def check_event_store(engine: EventStoreEngine, *, in_use: bool) -> Finding:
    """Check the event store's engine, and the store itself unless a server is using it."""
    trial = engine.trial(in_use=in_use)
    if trial.problem:
        advice = _REBUILT if trial.opened else "reinstall it: `make setup`"
        return unwell(trial.engine, f"does not work: {trial.problem}", advice)
    return well(trial.engine, f"{trial.version}; {'store opened' if trial.opened else 'engine OK'}")


_REBUILT: Final = "`passerby serve` moves it away and rebuilds it from the log and the outbox; keep the old one"
