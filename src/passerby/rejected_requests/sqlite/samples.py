"""Health samples in the file of rejected requests, which is not synced."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any, Final

import msgspec

from passerby.rejected_requests.record import Sample
from passerby.rejected_requests.sqlite.store import open_refused
from passerby.storage import sql

KEPT_MS: Final = 7 * 86_400_000
"""Retention of samples: at one a minute, about 10,000 rows, 1 MB."""

_SQL = sql.load("passerby.rejected_requests.sqlite", "samples.sql")


class SqliteSampleStore:
    """Implements `SampleStore`; opens the file for each call, so any thread may use it. Calls are rare."""

    def __init__(self, file: Path) -> None:
        self._file = file
        open_refused(file).close()

    def keep(self, sample: Sample) -> None:
        with closing(open_refused(self._file)) as connection, connection:
            connection.execute(_SQL["keep"], msgspec.structs.asdict(sample))
            connection.execute(_SQL["drop_old"], (sample.at - KEPT_MS, sample.at))

    def since(self, moment: int, until: int) -> list[Sample]:
        with closing(open_refused(self._file)) as connection:
            rows: list[Any] = connection.execute(_SQL["since"], (moment, until)).fetchall()
        return [Sample(**dict(zip(Sample.__struct_fields__, row, strict=True))) for row in rows]
