"""Takes samples: counts since the last one, from log positions and metrics, and the sizes of files and disk."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from typing import Final, NamedTuple

from passerby import sizes
from passerby.folder import DataFolder
from passerby.monitoring.samples import Sample
from passerby.services.log import AcceptedLog
from passerby.state.views import StateReader

# Without paths that are no vendor's: the edge's own check asks for one, and so do scanners.
_REQUESTS: Final = re.compile(
    r'^passerby_edge_requests_total\{(?![^}]*dialect="none")[^}]*status="(\d)xx"[^}]*\} (\S+)$', re.MULTILINE
)
_CLIENT_ERROR, _SERVER_ERROR = "4", "5"


class Counts(NamedTuple):
    """Totals since the server started, or for positions, since the data folder was made."""

    received: int
    applied: int
    requests: int
    rejected: int
    errors: int


class Meter:
    """Takes samples; each one counts from the one before. Belongs to one thread."""

    def __init__(
        self, folder: DataFolder, log: AcceptedLog, state: StateReader, metrics: Callable[[], str], now: int
    ) -> None:
        self._folder = folder
        self._log = log
        self._state = state
        self._metrics = metrics
        self._at = now
        self._counts = self._count()

    def sample(self, now: int) -> Sample:
        """The sample at this time (ms). Raises what log, state and the file system raise."""
        counts = self._count()
        grown = Counts(*(_grown(before, after) for before, after in zip(self._counts, counts, strict=True)))
        seconds = max(0.0, (now - self._at) / 1000)
        self._at, self._counts = now, counts
        usage = shutil.disk_usage(self._folder.path)
        return Sample(
            at=now,
            seconds=seconds,
            **grown._asdict(),
            backlog=max(0, counts.received - counts.applied),
            lag=self._lag(counts.applied, now),
            data_bytes=sizes.of_folder(self._folder.path),
            free_bytes=usage.free,
            disk_bytes=usage.total,
        )

    def _lag(self, applied: int, now: int) -> float:
        """Age in seconds of the oldest message that is not applied; 0.0 where there is none."""
        for entry in self._log.read(applied, 1)[:1]:
            return max(0, now - entry.message.received_at) / 1000
        return 0.0

    def _count(self) -> Counts:
        applied = self._state.position()  # before the head: it is never less
        totals = {_CLIENT_ERROR: 0, _SERVER_ERROR: 0}
        for status, value in _REQUESTS.findall(self._metrics()):
            totals[status] = totals.get(status, 0) + int(float(value))
        return Counts(self._log.head(), applied, sum(totals.values()), totals[_CLIENT_ERROR], totals[_SERVER_ERROR])


def _grown(before: int, after: int) -> int:
    """How much a counter grew; it begins at 0 again when the server starts."""
    return after - before if after >= before else after
