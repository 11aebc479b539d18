"""The directory in which all processes store their metrics, and the page `/metrics` that combines them.

prometheus_client reads the folder from the environment when it is imported, so a role sets the variable first.
"""

from __future__ import annotations

import os
from collections.abc import MutableMapping

from passerby.storage.data_dir import DataDir

VARIABLE = "PROMETHEUS_MULTIPROC_DIR"


def clean(folder: DataDir) -> None:
    """Create the metrics directory, and remove the files of an earlier run: counters start at 0 with every start."""
    folder.metrics.mkdir(parents=True, exist_ok=True)
    for file in folder.metrics.glob("*.db"):
        file.unlink(missing_ok=True)


def forget_process(folder: DataDir, pid: int) -> None:
    """Remove the gauges of a process that ended. Its counters stay: totals must not decrease."""
    for file in folder.metrics.glob(f"gauge_live*_{pid}.db"):
        file.unlink(missing_ok=True)


def point_to(folder: DataDir, environment: MutableMapping[str, str]) -> None:
    """Set the variable that makes a process store its metrics in this data directory."""
    environment[VARIABLE] = str(folder.metrics)


def page() -> str:
    """Return all metrics in Prometheus' text format: of all processes if they share a directory, else of this one."""
    from prometheus_client import (  # noqa: PLC0415 - see above: not before the directory is known, nor in the supervisor
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
