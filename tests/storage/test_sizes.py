"""Sizes can be measured while other processes write and delete files."""

from __future__ import annotations

import itertools
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.doctor.folder import check_clock
from passerby.storage import sizes

LOOKS = 300
PARTS = 50


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[Path]:
    """A directory in which another thread constantly creates and deletes files and directories."""
    done = threading.Event()

    def work() -> None:
        for number in itertools.takewhile(lambda _: not done.is_set(), itertools.count()):
            part = tmp_path / "store" / f"part-{number % PARTS}"
            shutil.rmtree(part, ignore_errors=True)
            (part / "projection").mkdir(parents=True)
            (part / "data").write_bytes(b"12345")
            wal = tmp_path / "log.db-wal"
            wal.write_bytes(b"123")
            wal.unlink()

    worker = threading.Thread(target=work)
    worker.start()
    yield tmp_path
    done.set()
    worker.join()


def test_files_deleted_during_measurement_have_no_size(busy: Path) -> None:
    (busy / "log.db").write_bytes(b"1234567")
    for _ in range(LOOKS):
        assert 0 <= sizes.of_folder(busy / "store") <= PARTS * 5
        assert 7 <= sizes.of_database(busy / "log.db") <= 10
        assert check_clock(busy).well


def test_what_is_not_there_has_no_size(tmp_path: Path) -> None:
    assert [size(tmp_path / "x") for size in (sizes.of_file, sizes.of_database, sizes.of_folder)] == [0, 0, 0]
