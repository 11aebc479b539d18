"""The engines of the state, each opened in a folder of a test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from passerby.engines import StateEngine
from passerby.state.sqlite.engine import SqliteStateEngine

ENGINES: Final[dict[str, Callable[[Path], StateEngine]]] = {
    "sqlite": lambda folder: SqliteStateEngine(folder / "state.db"),
}
