"""The folder through which the metrics of all processes reach `/metrics`.

The client library reads the path from the environment when it is imported, so a role sets it before anything else.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from passerby.storage.data_dir import DataDir

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def clean(folder: DataDir) -> None:
    """Make the metrics folder, without what an earlier run left: counters begin at 0 with every start."""
    folder.metrics.mkdir(parents=True, exist_ok=True)
    for file in folder.metrics.glob("*.db"):
        file.unlink(missing_ok=True)


def forget_process(folder: DataDir, pid: int) -> None:
    """Drop the gauges of a process that ended; its counters stay, because what it counted has happened."""
    for file in folder.metrics.glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)


def point_to(folder: DataDir, environment: MutableMapping[str, str]) -> None:
    """Let a process with this environment keep its metrics in this folder."""
    environment[VARIABLE] = str(folder.metrics)


def page() -> str:
    """Return all metrics in Prometheus' text format: of all processes if they share a folder, else of this one."""
    from prometheus_client import (  # noqa: PLC0415 - see above: not before the folder is known, nor in the supervisor
        REGISTRY,
        CollectorRegistry,
        generate_latest,
    )
    from prometheus_client.multiprocess import MultiProcessCollector  # noqa: PLC0415 - as above

    if VARIABLE not in os.environ:
        return generate_latest(REGISTRY).decode()
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the library has no types here
    return generate_latest(registry).decode()
