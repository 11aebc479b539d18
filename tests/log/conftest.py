"""A log in its own file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from passerby.log.sqlite.archive import SqliteArchive
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "log.db"


@pytest.fixture
def writer(file: Path) -> Iterator[SqliteLogWriter]:
    with closing(SqliteLogWriter(file)) as writer:
        yield writer


@pytest.fixture
def reader(file: Path) -> Iterator[SqliteLogReader]:
    with closing(SqliteLogReader(file)) as reader:
        yield reader


@pytest.fixture
def archive(file: Path) -> Iterator[SqliteArchive]:
    with closing(SqliteArchive(file)) as archive:
        yield archive
