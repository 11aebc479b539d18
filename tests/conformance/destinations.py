"""Engines that store the configurations of destinations, in a directory."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from passerby.destinations.protocol import DestinationsEngine
from passerby.destinations.sqlite.store import SqliteDestinationsEngine

ENGINES: Final[dict[str, Callable[[Path], DestinationsEngine]]] = {
    "sqlite": lambda folder: SqliteDestinationsEngine(folder / "control.db"),
}
