"""A monitor of a data directory whose thread does not run: tests call its rounds."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.api.api_client import InProcessServer

from passerby.accounts.sqlite.alerting import SqliteAlerting
from passerby.monitoring.delivery import Send, send
from passerby.monitoring.meter import Meter
from passerby.monitoring.monitor import Monitor
from passerby.rejected_requests.record import Sample
from passerby.rejected_requests.sqlite.samples import SqliteSampleStore
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


def monitor_of(server: InProcessServer, *, checks: Sequence[Check] = (), deliver: Send = send) -> Monitor:
    """A monitor of a server, not started."""
    folder, context = DataDir(server.folder), server.context
    return Monitor(
        meter=lambda: Meter(folder, context.log, context.state, context.metrics, context.now()),
        store=SqliteSampleStore(folder.refused),
        alerting=SqliteAlerting(folder.control),
        checks=checks,
        now=context.now,
        send=deliver,
    )
