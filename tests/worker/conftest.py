"""A worker with a state of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.worker.comparison import Comparison


@pytest.fixture
def comparison(tmp_path: Path) -> Iterator[Comparison]:
    comparison = Comparison(tmp_path / "state.db")
    yield comparison
    comparison.close()
