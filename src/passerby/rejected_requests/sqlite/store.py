"""Rejected requests in an SQLite file of their own, which is written without syncing.

The file is `refused.db`, as in earlier versions. It also holds the health samples (`samples.py`).
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import apsw
import msgspec

from passerby.dialects.common.causes import Cause
from passerby.rejected_requests.protocol import RejectionsBroken, RejectionsUnavailable
from passerby.rejected_requests.record import Count, RejectedRequest, Use
from passerby.storage import migrations, sql, sqlite

KEPT_PER_PROJECT: Final = 1_000
KEPT_IN_ALL: Final = 10_000
"""Limits of stored requests; the oldest are deleted. At 3 kB a request, the file stays below 30 MB."""
KEPT_MS: Final = 86_400_000
"""Retention of stored requests."""
MINUTE, HOUR, DAY = 60, 3_600, 86_400
"""Steps of the counts, in seconds."""
MINUTES_KEPT_MS: Final = 2 * 86_400_000
HOURS_KEPT_MS: Final = 90 * 86_400_000
"""Retention of counts by minute and by hour. Counts by day are kept without limit: one row a day and dialect."""

MINUTE_MS: Final = 60_000
USES_KEPT_MS: Final = 3_600_000
"""Retention of uses by minute. The last minute of each key is kept without limit."""

_cause = msgspec.json.Decoder(Cause).decode
_SQL = sql.load("passerby.rejected_requests.sqlite", "queries.sql")
_LAST: Final = 2**63 - 1


@sqlite.translates(RejectionsUnavailable, RejectionsBroken)
class SqliteRejectedWriter:
    """Writes rejected requests (`RejectedWriter`). Several processes may write to the same file."""

    def __init__(self, file: Path) -> None:
        self._connection = open_refused(file)

    def add(self, requests: Sequence[RejectedRequest], counts: Iterable[Count]) -> None:
        with sqlite.transaction(self._connection):
            for each in requests:
                cause = "" if each.cause is None else msgspec.json.encode(each.cause).decode()
                self._connection.execute(_SQL["keep"], msgspec.structs.asdict(each) | {"cause": cause})
            self._connection.executemany(_SQL["count"], [msgspec.structs.astuple(count) for count in counts])
            # Both limits: one project's mistakes must not displace another's, nor many projects' fill the disk.
            for project in {each.project for each in requests}:
                self._connection.execute(_SQL["drop_excess"], (project, KEPT_PER_PROJECT))
            self._connection.execute(_SQL["drop_most"], (KEPT_IN_ALL,))

    def count_uses(self, uses: Mapping[int, int], now: int) -> None:
        minute = now - now % MINUTE_MS  # a row for each minute, as the page shows uses of the last hour
        with sqlite.transaction(self._connection):
            self._connection.executemany(_SQL["count_use"], [(key, minute, count) for key, count in uses.items()])
            self._connection.execute(_SQL["drop_old_uses"], (now - USES_KEPT_MS,))

    def prune(self, now: int) -> None:
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["drop_old"], (now - KEPT_MS,))
            self._roll_up(MINUTE, HOUR, now - MINUTES_KEPT_MS)
            self._roll_up(HOUR, DAY, now - HOURS_KEPT_MS)

    def _roll_up(self, step: int, longer: int, before: int) -> None:
        """Aggregate counts into longer steps: whole ones only, so none is divided between rows of different steps."""
        end = before - before % (longer * 1000)
        self._connection.execute(_SQL["roll_up"], (step, longer, end))
        self._connection.execute(_SQL["drop_rolled_up"], (step, end))

    def close(self) -> None:
        self._connection.close()


@sqlite.translates(RejectionsUnavailable, RejectionsBroken)
class SqliteRejectedReader:
    """Reads rejected requests (`RejectedReader`), with a connection for each thread. Creates a missing file."""

    def __init__(self, file: Path) -> None:
        self._file = file
        self._local = threading.local()
        self._connections: list[apsw.Connection] = []
        open_refused(file).close()

    @property
    def _connection(self) -> apsw.Connection:
        connection: apsw.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            # A connection serves one query at a time: threads would wait for each other's.
            connection = self._local.connection = sqlite.connect(self._file)
            self._connections.append(connection)
        return connection

    def head(self) -> int:
        return int(self._connection.execute(_SQL["head"]).get)

    def newest(self, projects: Iterable[int], *, limit: int, before: int | None = None) -> list[RejectedRequest]:
        end = _LAST if before is None else before
        # One query for each project, by its index: few projects are asked for, and one of them may have most rows.
        parts = [self._read("newest", (project, end, limit)) for project in set(projects)]
        return list(heapq.merge(*parts, key=lambda each: each.number, reverse=True))[:limit]

    def following(self, after: int, until: int, limit: int) -> list[RejectedRequest]:
        return self._read("following", (after, until, limit))[::-1]  # the newest are read first, up to the limit

    def counted(self, project: int, begin: int, end: int, step: int) -> list[tuple[str, int, int]]:
        rows: list[Any] = self._connection.execute(_SQL["counted"], (project, begin, end, step)).fetchall()
        return rows

    def uses(self, now: int) -> dict[int, Use]:
        rows = self._connection.execute(_SQL["uses"], (now - USES_KEPT_MS,))
        return {key: Use(last_at, count) for key, last_at, count in rows}

    def _read(self, query: str, bindings: tuple[int, ...]) -> list[RejectedRequest]:
        found = []
        for row in self._connection.execute(_SQL[query], bindings):
            fields: dict[str, Any] = dict(zip(RejectedRequest.__struct_fields__, row, strict=True))
            cause = _cause(fields["cause"]) if fields["cause"] else None
            found.append(RejectedRequest(**fields | {"cause": cause}))
        return found

    def close(self) -> None:
        """Close the connections of all threads. No thread may be reading."""
        for connection in self._connections:
            connection.close()


def open_refused(file: Path) -> apsw.Connection:
    """Open the file of rejected requests and health samples, created or migrated if necessary. Raises NewerFile.

    Commits are not synced: a power failure may lose the newest rows, and no request waits for the disk.
    """
    connection = migrations.open_file(file, "passerby.rejected_requests.sqlite.migrations")
    connection.pragma("synchronous", "NORMAL")  # `connect` sets FULL, for data that must not be lost
    return connection
