"""Runs all checks, in an order in which a fault comes before its consequences."""

from __future__ import annotations

import os
from collections.abc import Iterator

from passerby.clock import now_ms
from passerby.doctor.engines import check_event_store, check_files, check_sqlite
from passerby.doctor.finding import Finding
from passerby.doctor.folder import check_clock, check_folder
from passerby.doctor.outbox import check_outbox
from passerby.doctor.ports import check_ports
from passerby.doctor.positions import check_positions
from passerby.doctor.secret_key import check_secret_key
from passerby.engines import Engines
from passerby.settings import Settings
from passerby.storage import locks
from passerby.storage.data_dir import DataDir


def run_diagnostics(settings: Settings, engines: Engines) -> Iterator[Finding]:
    """Yield the findings about a data directory and its machine. Read-only."""
    folder = DataDir(settings.data)
    yield from check_folder(folder.path)
    yield check_sqlite()
    if folder.path.is_dir():
        yield from check_files(folder)
        if engines.state.exists():
            yield check_positions(engines.log, engines.state)
            yield check_outbox(engines.state, settings.outbox, now_ms(), serving=locks.running(folder) is not None)
        yield check_secret_key(folder, os.environ, engines.destinations)
        yield check_clock(folder.path)
    serving = locks.running(folder)
    yield check_event_store(engines.events, in_use=locks.role_runs(folder, "console"))
    yield from check_ports(settings, serving)
