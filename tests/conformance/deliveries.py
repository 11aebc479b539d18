"""Engines that store the progress of destinations, in a directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from passerby.deliveries.protocol import DeliveryEngine
from passerby.deliveries.sqlite.store import SqliteDeliveryEngine

ENGINES: Final[dict[str, Callable[[Path], DeliveryEngine]]] = {
    "sqlite": lambda folder: SqliteDeliveryEngine(folder / "deliveries.db"),
}
