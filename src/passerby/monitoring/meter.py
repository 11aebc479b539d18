"""Takes samples: counts since the previous one, from log positions and metrics, and sizes of files and disk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Final, NamedTuple

from passerby.positions import Positions
from passerby.rejected_requests.record import Sample
from passerby.services.log import AcceptedLog
from passerby.state.views import StateReader
from passerby.storage import sizes
from passerby.storage.data_dir import DataDir

# Without unknown paths (dialect "none"), which health checks and scanners request.
_REQUESTS: Final = re.compile(
    r'^passerby_edge_requests_total\{(?![^}]*dialect="none")[^}]*status="(\d)xx"[^}]*\} (\S+)$', re.MULTILINE
)
_CLIENT_ERROR, _SERVER_ERROR = "4", "5"


class Counts(NamedTuple):
    """Requests since the server started."""

    requests: int
    rejected: int
    errors: int


class Meter:
    """Takes samples, each with counts since the previous one. Not thread-safe."""

    def __init__(
        self, folder: DataDir, log: AcceptedLog, state: StateReader, metrics: Callable[[], str], now: int
    ) -> None:
        self._folder = folder
        self._log = log
        self._state = state
        self._metrics = metrics
        self._at = now
        self._applied, self._head, self._counts = self._read()

    def sample(self, now: int) -> Sample:
        """Take a sample at this time (ms). Raises what log, state and the file system raise."""
        applied, head, counts = self._read()
        received, done = self._log.count(self._head, head), self._log.count(self._applied, applied)
        # A counter that fell restarted at 0 with the server.
        pairs = zip(self._counts, counts, strict=True)
        grown = Counts(*(after - before if after >= before else after for before, after in pairs))
        # The clock may be set back between two samples.
        seconds = max(0.0, (now - self._at) / 1000)
        self._at, self._applied, self._head, self._counts = now, applied, head, counts
        oldest = self._log.waiting_since(applied)
        usage = shutil.disk_usage(self._folder.path)
        return Sample(
            at=now,
            seconds=seconds,
            received=received,
            applied=done,
            **grown._asdict(),
            backlog=self._log.count(applied, head),
            lag=0.0 if oldest is None else max(0, now - oldest) / 1000,
            data_bytes=sizes.of_folder(self._folder.path),
            free_bytes=usage.free,
            disk_bytes=usage.total,
        )

    def _read(self) -> tuple[Positions, Positions, Counts]:
        """Return the worker's positions, the log's head, and the requests since the server started."""
        applied = self._state.positions()  # read before the head, so it is never beyond it
        totals = {_CLIENT_ERROR: 0, _SERVER_ERROR: 0}
        for status, value in _REQUESTS.findall(self._metrics()):
            totals[status] = totals.get(status, 0) + int(float(value))
        return applied, self._log.head(), Counts(sum(totals.values()), totals[_CLIENT_ERROR], totals[_SERVER_ERROR])
