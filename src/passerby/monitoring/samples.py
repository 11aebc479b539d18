"""Stores health samples, one a minute for a week, in the file of rejected requests, which is not synced."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from passerby.rejected_requests.sqlite.store import open_refused
from passerby.storage import sql

KEPT_MS: Final = 7 * 86_400_000
"""How long samples are kept: at one a minute, about 10,000 rows, 1 MB."""

_SQL = sql.load("passerby.monitoring", "queries.sql")


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """Counts within the `seconds` up to `at` (ms since 1970), and values at that time. `lag` in seconds.

    `rejected` are requests answered 4xx, `errors` those answered 5xx.
    """

    at: int
    seconds: float
    received: int
    applied: int
    requests: int
    rejected: int
    errors: int
    backlog: int
    lag: float
    data_bytes: int
    free_bytes: int
    disk_bytes: int


class SampleStore:
    """Writes and reads samples; opens the file for each call, so any thread may use it. Calls are rare."""

    def __init__(self, file: Path) -> None:
        self._file = file
        open_refused(file).close()

    def keep(self, sample: Sample) -> None:
        """Store a sample and delete old ones. Raises apsw.Error."""
        with closing(open_refused(self._file)) as connection, connection:
            connection.execute(_SQL["keep"], msgspec.structs.asdict(sample))
            connection.execute(_SQL["drop_old"], (sample.at - KEPT_MS, sample.at))

    def since(self, moment: int, until: int) -> list[Sample]:
        """The samples with `moment` < at <= `until` (ms), oldest first."""
        with closing(open_refused(self._file)) as connection:
            rows: list[Any] = connection.execute(_SQL["since"], (moment, until)).fetchall()
        return [Sample(**dict(zip(Sample.__struct_fields__, row, strict=True))) for row in rows]
