"""A monitor of a data folder whose thread does not run: tests call its rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.api.office import Building

from passerby.accounts.sqlite.alerting import SqliteAlerting
from passerby.monitoring.delivery import Send, send
from passerby.monitoring.meter import Meter
from passerby.monitoring.monitor import Monitor
from passerby.monitoring.samples import Sample, SampleStore
from passerby.services.health import Check
from passerby.storage.data_dir import DataDir

NOW = 1_790_000_040_000
MINUTE = 60_000
GB = 1_000_000_000


def sample(at: int = NOW, **values: Any) -> Sample:
    """A minute without load, on a disk of 100 GB of which half is free."""
    still = dict.fromkeys(Sample.__struct_fields__, 0) | {
        "seconds": 60.0, "data_bytes": GB, "free_bytes": 50 * GB, "disk_bytes": 100 * GB,
    }  # fmt: skip
    return Sample(**(still | {"at": at} | values))


def monitor_of(building: Building, *, checks: Sequence[Check] = (), deliver: Send = send) -> Monitor:
    """A monitor of a building that is not started."""
    folder, desk = DataDir(building.folder), building.context
    return Monitor(
        meter=lambda: Meter(folder, desk.log, desk.state, desk.metrics, desk.now()),
        store=SampleStore(folder.refused),
        alerting=SqliteAlerting(folder.control),
        checks=checks,
        now=desk.now,
        send=deliver,
    )
