"""Retention deletes old or excess batches of the log, but none that a reader still needs."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from tests.log.log_messages import NOW, append, message, numbered
from tests.positions import at

from passerby.log.sqlite import retention
from passerby.log.sqlite.retention import DAY_MS
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Message
from passerby.positions import START
from passerby.settings import LogSettings

LATER = NOW + 8 * DAY_MS


def big(number: int) -> Message:
    made = message(number)
    made.properties = {"text": "x" * 10_000}
    return made


def test_nothing_is_pruned_while_no_reader_is_known(writer: SqliteLogWriter) -> None:
    append(writer, numbered(1, 2))
    append(writer, numbered(3, 3))
    assert writer.prune(LATER) == 0


def test_old_messages_go_when_every_reader_has_passed_them(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    for number in range(1, 5):
        append(writer, numbered(number, number))
    reader.commit_offset("worker", at(4))
    reader.commit_offset("console", at(2))
    assert writer.prune(LATER) == 2
    assert [entry.position for entry in reader.read(START, 9)] == [3, 4]


def test_a_batch_that_a_reader_has_half_passed_stays(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    append(writer, numbered(1, 4))
    append(writer, numbered(5, 5))
    reader.commit_offset("worker", at(3))
    assert writer.prune(LATER) == 0
    assert [entry.position for entry in reader.read(at(3), 9)] == [4, 5]


def test_young_messages_stay(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    append(writer, numbered(1, 1), at=NOW)
    append(writer, numbered(2, 2), at=LATER)
    append(writer, numbered(3, 3), at=LATER)
    reader.commit_offset("worker", at(3))
    assert writer.prune(LATER) == 1


def test_the_newest_batch_stays_and_keeps_the_position(file: Path) -> None:
    with closing(SqliteLogWriter(file)) as writer, closing(SqliteLogReader(file)) as reader:
        append(writer, numbered(1, 1))
        append(writer, numbered(2, 3))
        reader.commit_offset("worker", at(3))
        assert writer.prune(LATER) == 1
    with closing(SqliteLogWriter(file)) as writer:
        assert append(writer, numbered(4, 4)) == at(4)


def test_a_readers_position_never_goes_back(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    append(writer, numbered(1, 1))
    append(writer, numbered(2, 2))
    reader.commit_offset("worker", at(1))
    reader.commit_offset("worker", at(0))
    assert writer.prune(LATER) == 1


def test_a_log_that_is_too_large_loses_its_oldest_messages(file: Path) -> None:
    settings = LogSettings(retention_bytes=200_000)
    with closing(SqliteLogWriter(file, settings)) as writer, closing(SqliteLogReader(file)) as reader:
        for number in range(1, 41):
            append(writer, [big(number)])
        reader.commit_offset("worker", at(40))
        gone = writer.prune(NOW)
        assert 18 <= gone <= 25
        assert writer.prune(NOW) == 0
        assert reader.read(START, 1)[0].position == gone + 1


def test_freed_space_is_used_again(file: Path) -> None:
    settings = LogSettings(retention_bytes=500_000)
    with closing(SqliteLogWriter(file, settings)) as writer, closing(SqliteLogReader(file)) as reader:
        for number in range(1, 401):
            append(writer, [big(number)])
            if number % 20 == 0:
                reader.commit_offset("worker", at(number))
                writer.prune(NOW)
    assert file.stat().st_size < 1_200_000


def test_much_is_pruned_in_many_small_steps(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    for number in range(1, 3 * retention.CHUNK_BATCHES):
        append(writer, numbered(number, number))
    reader.commit_offset("worker", at(3 * retention.CHUNK_BATCHES))
    assert writer.prune(LATER) == 3 * retention.CHUNK_BATCHES - 2


def test_pruning_ends_early_when_the_log_is_closed(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    for number in range(1, 2 * retention.CHUNK_BATCHES + 10):
        append(writer, numbered(number, number))
    reader.commit_offset("worker", at(1_000))
    writer.close()
    assert writer.prune(LATER) == retention.CHUNK_BATCHES
