"""Stores the applied log positions: one row per partition."""

from __future__ import annotations

from typing import Any

from passerby.positions import Positions, partition_of
from passerby.state.manager.connector import Connector


def read_positions(db: Connector) -> Positions:
    """Read the positions up to which messages are applied."""
    rows: Any = db.rows("progress.positions")
    return Positions(value for (value,) in rows)


def write_positions(db: Connector, positions: Positions) -> None:
    """Write positions, within the caller's transaction. Partitions that are not listed are unchanged."""
    # Partition 0 has the name that it had before logs had partitions.
    partitions = ((partition_of(each), each) for each in positions)
    db.run_many("progress.set_position", ((f"position.{n}" if n else "position", each) for n, each in partitions))
