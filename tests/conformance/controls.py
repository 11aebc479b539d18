"""The engines of the control plane, each opened on a folder of a test's own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from passerby.accounts.sqlite.engine import SqliteControlEngine
from passerby.engines import ControlEngine

DAY_MS: Final = 86_400_000
NOW: Final = 20_000 * DAY_MS
"""The beginning of a day."""

ENGINES: dict[str, Callable[[Path], ControlEngine]] = {
    "sqlite": lambda folder: SqliteControlEngine(folder / "control.db"),
}
