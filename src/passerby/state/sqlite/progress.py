"""How far the log is applied, as the state's file keeps it: one row a partition."""

from __future__ import annotations

from typing import Any

import apsw

from passerby import sql
from passerby.positions import Positions, partition_of

_SQL = sql.load("passerby.state.sqlite", "progress.sql")


def read_positions(connection: apsw.Connection | apsw.Cursor) -> Positions:
    """Read the positions up to which messages are applied."""
    rows: Any = connection.execute(_SQL["positions"])
    return Positions(value for (value,) in rows)


def write_positions(cursor: apsw.Cursor, positions: Positions) -> None:
    """Write positions, within the caller's transaction. Partitions that they don't list stay where they are."""
    cursor.executemany(_SQL["set_position"], ((_name(partition_of(each)), each) for each in positions))


def _name(partition: int) -> str:
    return f"position.{partition}" if partition else "position"
