"""The delivery store in an SQLite file."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from passerby.deliveries.protocol import (
    Changes,
    Count,
    Dead,
    DeliveriesBroken,
    DeliveriesUnavailable,
    DeliveryStore,
    Exchange,
    Parked,
    Progress,
    Step,
)
from passerby.storage import migrations, sql, sqlite

_SQL = sql.load("passerby.deliveries.sqlite", "queries.sql")
_MINUTE_MS: Final = 60_000
_LAST: Final = 2**63 - 1
EXCHANGES_KEPT: Final = 20
"""Exchanges kept of each reason, and shown."""


@sqlite.translates(DeliveriesUnavailable, DeliveriesBroken)
class SqliteDeliveryStore:
    """The progress of all destinations (`passerby.deliveries.protocol.DeliveryStore`)."""

    def __init__(self, file: Path) -> None:
        """Open the file; create or migrate it if necessary. Raises NewerFile."""
        self._connection = migrations.open_file(file, "passerby.deliveries.sqlite.migrations")

    def close(self) -> None:
        self._connection.close()

    def progress(self, destination: str) -> Progress | None:
        with self._connection:  # one snapshot of both tables
            row: Any = self._connection.execute(_SQL["progress"], (destination,)).fetchone()
            if row is None:
                return None
            ahead = frozenset(number for (number,) in self._rows("ahead", destination))
        read, done, waiting, oldest_at, breaker, changed_at = row
        return Progress(read, done, ahead, waiting, oldest_at, breaker, changed_at)

    def begin(self, destination: str, number: int, at: int) -> Progress:
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["begin"], (destination, number, at))
        progress = self.progress(destination)
        assert progress is not None, "the row was just inserted"  # noqa: S101 - for the type
        return progress

    def record(self, destination: str, changes: Changes) -> None:
        execute, many = self._connection.execute, self._connection.executemany
        minute = changes.at // _MINUTE_MS
        with sqlite.transaction(self._connection):
            values = {
                name: getattr(changes, name) for name in ("read", "done", "waiting", "oldest_at", "breaker", "at")
            }
            execute(_SQL["move"], values | {"destination": destination})
            many(_SQL["add_ahead"], [(destination, number) for number in changes.ahead if number > changes.done])
            execute(_SQL["pass_ahead"], (destination, changes.done))
            many(_SQL["unpark"], [(destination, item.source, item.number) for item in changes.unparked])
            many(_SQL["park"], [_parked_row(destination, item) for item in changes.parked])
            # After both: an item that is parked again is still the earliest of its person.
            for person in {item.person for item in changes.unparked} - {""}:
                execute(_SQL["release"], (destination, person, changes.at))
            many(_SQL["add_dead"], [_dead_row(destination, item) for item in changes.dead])
            counts = [(step, reason, n) for (step, reason), n in changes.counts.items()]
            many(_SQL["count"], [(destination, minute, *count) for count in counts])
            many(_SQL["total"], [(destination, *count) for count in counts if count[0] != "latency"])
            many(_SQL["add_exchange"], [(destination, *exchange) for exchange in changes.exchanges])
            for reason in {exchange.reason for exchange in changes.exchanges}:
                execute(_SQL["drop_exchanges"], (destination, reason, EXCHANGES_KEPT))

    def due(self, destination: str, now: int, limit: int) -> list[Parked]:
        return [Parked(*row) for row in self._rows("due", destination, now, limit)]

    def next_due(self, destination: str) -> int | None:
        due: int | None = self._connection.execute(_SQL["next_due"], (destination,)).get
        return due

    def parked_persons(self, destination: str) -> dict[str, int]:
        return dict(self._rows("parked_persons", destination))

    def move_person(self, destination: str, loser: str, winner: str) -> None:
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["rename_person"], (destination, loser, winner))
            # Two items may be due now: the later one was the earliest of its own profile.
            self._connection.execute(_SQL["hold_later"], (destination, winner))

    def oldest_of_person(self, destination: str, person: str, limit: int) -> list[Parked]:
        return [Parked(*row) for row in self._rows("of_person", destination, person, limit)]

    def parked(self, destination: str) -> int:
        return int(self._connection.execute(_SQL["parked"], (destination,)).get)

    def dead(
        self, destination: str, *, limit: int, reason: str = "", before: tuple[int, int] | None = None
    ) -> list[Dead]:
        at, number = before or (_LAST, _LAST)
        values = {"destination": destination, "reason": reason, "at": at, "number": number, "limit": limit}
        rows: Any = self._connection.execute(_SQL["dead"], values)
        return [Dead(*row) for row in rows]

    def dead_by_reason(self, destination: str) -> dict[str, int]:
        return dict(self._rows("dead_by_reason", destination))

    def revive(self, destination: str, items: Sequence[Dead], at: int) -> int:
        revived = 0
        with sqlite.transaction(self._connection):
            for item in items:
                key = (destination, item.source, item.number)
                self._connection.execute(_SQL["revive"], (*key, at))
                self._connection.execute(_SQL["remove_dead"], key)
                revived += self._connection.changes()
            self._count(destination, at, "replayed", revived)
        return revived

    def expire(self, before: int, at: int) -> int:
        with sqlite.transaction(self._connection):
            expired: Any = self._connection.execute(_SQL["expired"], (before,)).fetchall()
            for destination, n in expired:
                self._count(destination, at, "expired", n)
            self._connection.execute(_SQL["expire_dead"], (before,))
        return sum(n for _, n in expired)

    def forget(self, counts_before: int, exchanges_before: int) -> None:
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["expire_counts"], (counts_before // _MINUTE_MS,))
            self._connection.execute(_SQL["expire_exchanges"], (exchanges_before,))

    def counts(self, destination: str, since: int) -> list[Count]:
        return [Count(*row) for row in self._rows("counts", destination, since // _MINUTE_MS)]

    def totals(self, destination: str) -> dict[tuple[Step, str], int]:
        return {(step, reason): n for step, reason, n in self._rows("totals", destination)}

    def exchanges(self, destination: str, reason: str = "") -> list[Exchange]:
        return [Exchange(*row) for row in self._rows("exchanges", destination, reason, EXCHANGES_KEPT)]

    def positions(self) -> dict[str, int]:
        return dict(self._rows("positions"))

    def delete(self, destination: str) -> None:
        with sqlite.transaction(self._connection):
            self._connection.execute(_SQL["delete"], {"destination": destination})

    def _rows(self, statement: str, *bindings: Any) -> Any:
        return self._connection.execute(_SQL[statement], bindings)

    def _count(self, destination: str, at: int, step: Step, n: int) -> None:
        """Add to a count within the transaction that is open."""
        if n:
            self._connection.execute(_SQL["count"], (destination, at // _MINUTE_MS, step, "", n))
            self._connection.execute(_SQL["total"], (destination, step, "", n))


class SqliteDeliveryEngine:
    """The delivery store at a path (`passerby.deliveries.protocol.DeliveryEngine`)."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def version(self) -> tuple[str, str]:
        return sqlite.version()

    def exists(self) -> bool:
        return self._path.exists()

    def open_store(self) -> DeliveryStore:
        return SqliteDeliveryStore(self._path)


def _parked_row(destination: str, item: Parked) -> tuple[apsw.SQLiteValue, ...]:
    number, *rest, source = item
    return destination, source, number, *rest


def _dead_row(destination: str, item: Dead) -> tuple[apsw.SQLiteValue, ...]:
    number, *rest, source = item
    return destination, source, number, *rest
