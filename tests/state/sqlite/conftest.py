"""A state to fill, and a reader of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.state.filling import Filling

from passerby.state.sqlite.reader import SqliteStateReader


@pytest.fixture
def filling(tmp_path: Path) -> Iterator[Filling]:
    filling = Filling(tmp_path / "state.db")
    yield filling
    filling.close()


@pytest.fixture
def reader(filling: Filling) -> Iterator[SqliteStateReader]:
    reader = SqliteStateReader(filling.path)
    yield reader
    reader.close()
