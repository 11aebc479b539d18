"""Refused requests in an SQLite file of their own: what is kept of them may be lost, and delays nothing else."""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec

from passerby.dialects.common.causes import Cause
from passerby.rejected_requests.record import Count, Refused, Use
from passerby.storage import migrations, sql, sqlite

KEPT_PER_PROJECT: Final = 1_000
KEPT_IN_ALL: Final = 10_000
"""How many requests are kept, the newest; each has some 3 kB at most."""
KEPT_MS: Final = 86_400_000
"""How long they are kept."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400
"""Steps in which refused requests are counted, in seconds."""
MINUTES_KEPT_MS: Final = 2 * 86_400_000
HOURS_KEPT_MS: Final = 90 * 86_400_000
"""How long counts stay apart by minutes and by hours; days stay for ever."""

MINUTE_MS: Final = 60_000
USES_KEPT_MS: Final = 3_600_000
"""How long the uses of keys are kept by the minute; of an unused key, only its last minute is kept."""

_cause = msgspec.json.Decoder(Cause).decode
_SQL = sql.load("passerby.rejected_requests.sqlite", "queries.sql")
_LAST: Final = 2**63 - 1


class SqliteRejectedWriter:
    """The end that an edge holds; several may write to the same file. One thread at a time may use it."""

    def __init__(self, file: Path) -> None:
        self._connection = open_refused(file)
        self._connection.transaction_mode = "IMMEDIATE"

    def keep(self, refused: Sequence[Refused], counts: Iterable[Count]) -> None:
        """Keep these requests and counts, in one transaction, and no more than may be kept."""
        with self._connection:
            rows = [msgspec.structs.asdict(each) | {"number": None, "cause": _text(each.cause)} for each in refused]
            self._connection.executemany(_SQL["keep"], rows)
            self._connection.executemany(_SQL["count"], [msgspec.structs.astuple(count) for count in counts])
            for project in {each.project for each in refused}:
                self._connection.execute(_SQL["drop_excess"], (project, KEPT_PER_PROJECT))
            self._connection.execute(_SQL["drop_most"], (KEPT_IN_ALL,))

    def count_uses(self, uses: Mapping[int, int], now: int) -> None:
        """Add how many times keys were used, by their ids, to the minute of `now` (ms)."""
        minute = now - now % MINUTE_MS
        with self._connection:
            self._connection.executemany(_SQL["count_use"], [(key, minute, count) for key, count in uses.items()])
            self._connection.execute(_SQL["drop_old_uses"], (now - USES_KEPT_MS,))

    def tidy(self, now: int) -> None:
        """Let go of what is too old by `now` (ms), and roll up old counts."""
        with self._connection:
            self._connection.execute(_SQL["drop_old"], (now - KEPT_MS,))
            self._roll_up(MINUTE, HOUR, now - MINUTES_KEPT_MS)
            self._roll_up(HOUR, DAY, now - HOURS_KEPT_MS)

    def _roll_up(self, step: int, longer: int, before: int) -> None:
        """Only whole longer steps are rolled up, so that none is divided between two rows of different steps."""
        end = before - before % (longer * 1000)
        self._connection.execute(_SQL["roll_up"], (step, longer, end))
        self._connection.execute(_SQL["drop_rolled_up"], (step, end))

    def close(self) -> None:
        self._connection.close()


class SqliteRejectedReader:
    """The end that the API holds, with a connection for each thread that asks. Makes the file where there is none."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        open_refused(file).close()

    @property
    def _connection(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = sqlite.connect(self._file)
            self._connections.append(connection)
        return connection

    def head(self) -> int:
        """The number of the last refused request."""
        return int(self._connection.execute(_SQL["head"]).get)

    def newest(self, projects: Iterable[int], *, limit: int, before: int | None = None) -> list[Refused]:
        """At most `limit` refused requests of these projects, the newest first, those behind `before`."""
        behind = _LAST if before is None else before
        parts = [self._read("newest", (project, behind, limit)) for project in set(projects)]
        return list(heapq.merge(*parts, key=lambda each: each.number, reverse=True))[:limit]

    def following(self, after: int, until: int, limit: int) -> list[Refused]:
        """Those of all projects behind a number up to another one, oldest first; of too many the newest."""
        return self._read("following", (after, until, limit))[::-1]

    def counted(self, project: int, begin: int, end: int, step: int) -> list[tuple[str, int, int]]:
        """Dialect, beginning (ms) and number of refused requests in steps of so many seconds from `begin` to `end`."""
        rows: list[Any] = self._connection.execute(_SQL["counted"], (project, begin, end, step)).fetchall()
        return rows

    def uses(self, now: int) -> dict[int, Use]:
        """When each key was used last, and how often in the hour before `now` (ms), by the keys' ids."""
        rows = self._connection.execute(_SQL["uses"], (now - USES_KEPT_MS,))
        return {key: Use(last_at, count) for key, last_at, count in rows}

    def _read(self, query: str, bindings: tuple[int, ...]) -> list[Refused]:
        return [_record(row) for row in self._connection.execute(_SQL[query], bindings)]

    def close(self) -> None:
        """Close every thread's connection. Nobody may be reading any more."""
        for connection in self._connections:
            connection.close()


def open_refused(file: Path) -> apsw.Connection:
    """Open the file of rejected requests and samples of health, new or of an earlier version. Raises NewerFile.

    A commit is not synced: a power cut may take the newest rows, and nothing waits for a disk.
    """
    connection = migrations.open_file(file, "passerby.rejected_requests.sqlite.migrations")
    connection.pragma("synchronous", "NORMAL")
    return connection


def _record(row: Any) -> Refused:
    fields = dict(zip(Refused.__struct_fields__, row, strict=True))
    return Refused(**fields | {"cause": _cause(fields["cause"]) if fields["cause"] else None})


def _text(cause: Cause | None) -> str:
    return "" if cause is None else msgspec.json.encode(cause).decode()
