"""Faults of the log's file are reported as errors of the protocol, and the log recovers once they are fixed."""

from __future__ import annotations

import resource
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from tests.log.log_messages import NOW, append, numbered
from tests.positions import at

from passerby.log.protocol import LogDamaged, LogFull
from passerby.log.sqlite.retention import DAY_MS
from passerby.log.sqlite.storage import open_log
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.positions import START
from passerby.storage import sqlite

LATER = NOW + 8 * DAY_MS
BIG = numbered(1, 1)
BIG[0].properties = {"text": "x" * 200_000}


def page_limit(log: SqliteLogWriter, pages: int) -> None:
    """Let SQLite find the disk full at this size."""
    log._connection.pragma("max_page_count", pages)  # noqa: SLF001 - there is no other way to fill a disk


def test_a_full_disk_stores_nothing_and_the_log_recovers_when_there_is_space(
    writer: SqliteLogWriter, reader: SqliteLogReader
) -> None:
    append(writer, numbered(1, 1))
    page_limit(writer, 20)
    for _ in range(3):
        with pytest.raises(LogFull, match="cannot be written"):
            append(writer, BIG)
    assert reader.head() == at(1)
    assert reader.accepted(1) == 1
    assert append(writer, numbered(2, 2)) == at(2)
    page_limit(writer, 10_000)
    assert append(writer, BIG) == at(3)
    assert [entry.position for entry in reader.read(START, 9)] == [1, 2, 3]


@contextmanager
def file_size_limit(size: int) -> Iterator[None]:
    """Let the system refuse every write behind this many bytes of a file."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_failed_write_stores_nothing_and_the_log_continues(
    file: Path, writer: SqliteLogWriter, reader: SqliteLogReader
) -> None:
    append(writer, numbered(1, 1))
    with file_size_limit(file.with_name("log.db-wal").stat().st_size + 10_000):
        for _ in range(3):
            with pytest.raises(LogFull, match="cannot be written"):
                append(writer, BIG)
    assert reader.head() == at(1)
    assert append(writer, BIG) == at(2)
    assert [entry.position for entry in reader.read(START, 9)] == [1, 2]


def test_a_reader_that_cannot_say_how_far_it_is_says_it_later(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    append(writer, numbered(1, 1))
    append(writer, numbered(2, 2))
    with file_size_limit(100):
        reader.commit_offset("worker", at(2))
    assert writer.prune(LATER) == 0
    reader.commit_offset("worker", at(2))
    assert writer.prune(LATER) == 1


def test_an_append_waits_for_another_process(writer: SqliteLogWriter, file: Path) -> None:
    with closing(sqlite.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        release = threading.Timer(0.05, lambda: other.execute("COMMIT"))
        release.start()
        assert append(writer, numbered(1, 1)) == at(1)
        release.join()


def test_an_append_does_not_wait_without_limit(
    writer: SqliteLogWriter, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("passerby.log.sqlite.store.PATIENCE_SECONDS", 0.05)
    with closing(sqlite.connect(file)) as other:
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(LogFull, match="locked"):
            append(writer, numbered(1, 1))
        other.execute("ROLLBACK")
    assert append(writer, numbered(1, 1)) == at(1)


def test_a_folder_that_is_not_there_cannot_hold_a_log(tmp_path: Path) -> None:
    with pytest.raises(LogFull, match="unable to open"):
        SqliteLogWriter(tmp_path / "missing" / "log.db")


def rubbish(file: Path) -> None:
    file.write_bytes(b"not a database at all, but long enough to be looked at" * 100)


def truncated(file: Path) -> None:
    with file.open("r+b") as opened:
        opened.truncate(5_000)


def overwritten(file: Path) -> None:
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xa5" * (len(content) - 4096))


@pytest.mark.parametrize("harm", [rubbish, truncated, overwritten])
def test_a_damaged_file_is_an_error_that_says_what_to_do(file: Path, harm: Callable[[Path], None]) -> None:
    with closing(SqliteLogWriter(file)) as writer:
        for number in range(1, 200):
            append(writer, numbered(number, number))
    harm(file)
    with pytest.raises(LogDamaged) as raised, closing(SqliteLogReader(file)) as reader:
        reader.read(START, 1_000)
    for advice in ("log.db is damaged", "Stop Passerby", "log.db-wal", "start again"):
        assert advice in str(raised.value)


def test_a_file_that_was_moved_away_is_created_again(file: Path, tmp_path: Path) -> None:
    rubbish(file)
    file.rename(tmp_path / "kept")
    with closing(SqliteLogWriter(file)) as writer:
        assert append(writer, numbered(1, 1)) == at(1)


@pytest.mark.parametrize(
    "change, reason",
    [
        ("UPDATE batch SET body = x'5b5b'", "unreadable"),
        ("UPDATE batch SET body = x'ff'", "unreadable"),
        ("UPDATE batch SET body = x'5b5d'", "not complete"),
    ],
)
def test_a_batch_that_cannot_be_understood_is_damage(
    file: Path, writer: SqliteLogWriter, reader: SqliteLogReader, change: str, reason: str
) -> None:
    append(writer, numbered(1, 1))
    with closing(sqlite.connect(file)) as other:
        other.execute(change)
    with pytest.raises(LogDamaged, match=f"the batch at position 1 is {reason}"):
        reader.read(START, 1)


def test_a_log_of_a_later_version_is_not_touched(file: Path) -> None:
    with closing(open_log(file)) as connection:
        connection.pragma("user_version", 99)
    with pytest.raises(LogDamaged, match="later version"):
        SqliteLogReader(file)
