"""A state to build, and a reader of it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.state.state_builder import StateBuilder

from passerby.state.sqlite.reader import SqliteStateReader


@pytest.fixture
def builder(tmp_path: Path) -> Iterator[StateBuilder]:
    builder = StateBuilder(tmp_path / "state.db")
    yield builder
    builder.close()


@pytest.fixture
def reader(builder: StateBuilder) -> Iterator[SqliteStateReader]:
    reader = SqliteStateReader(builder.path)
    yield reader
    reader.close()
