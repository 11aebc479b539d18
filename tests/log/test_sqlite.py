"""The log returns what was appended, in order, from any position."""

from __future__ import annotations

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.log.log_messages import NOW, append, message, numbered
from tests.positions import at

from passerby.log.protocol import Entry
from passerby.log.sqlite import store
from passerby.log.sqlite.engine import CLOCK_SLACK_MS, begin_after
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.positions import START, pack


def test_an_empty_log_has_nothing_to_say(reader: SqliteLogReader) -> None:
    assert reader.head() == START
    assert reader.read(START, 10) == []
    assert reader.accepted(1) == 0
    assert reader.waiting(1, START) == (0, None)


def test_positions_begin_at_one_and_leave_nothing_out(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    assert append(writer, numbered(1, 3)) == at(3)
    assert append(writer, numbered(4, 4)) == at(4)
    assert reader.read(START, 10) == [Entry(pack(0, n), message(n)) for n in range(1, 5)]
    assert reader.head() == at(4)


def test_reading_continues_within_a_batch(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    append(writer, numbered(1, 5))
    assert [entry.position for entry in reader.read(at(3), 10)] == [4, 5]


def test_reading_stops_with_the_batch_that_reaches_the_limit(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    for first in (1, 4, 7):
        append(writer, numbered(first, first + 2))
    assert len(reader.read(START, 1)) == 3
    assert len(reader.read(START, 4)) == 6
    assert len(reader.read(at(2), 2)) == 4


def test_reading_stops_with_the_batch_that_is_too_large_for_more(
    writer: SqliteLogWriter, reader: SqliteLogReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    for first in (1, 3, 5):
        append(writer, numbered(first, first + 1))
    monkeypatch.setattr(store, "READ_BYTES", 1)
    assert [entry.position for entry in reader.read(START, 100)] == [1, 2]
    assert [entry.position for entry in reader.read(at(2), 100)] == [3, 4]


def test_what_was_appended_is_there_after_the_log_was_closed(file: Path) -> None:
    with closing(SqliteLogWriter(file)) as log:
        append(log, numbered(1, 2))
    with closing(SqliteLogWriter(file)) as log:
        append(log, numbered(3, 3))
    with closing(SqliteLogReader(file)) as log:
        assert [entry.message.id for entry in log.read(START, 9)] == ["1", "2", "3"]


def test_accepted_counts_each_project_by_itself(writer: SqliteLogWriter, reader: SqliteLogReader) -> None:
    append(writer, [message(1, project=1), message(2, project=7), message(3, project=7)])
    append(writer, [message(4, project=7)])
    assert [reader.accepted(project) for project in (1, 7, 8)] == [1, 3, 0]


def test_waiting_counts_what_follows_a_position_and_says_since_when(
    writer: SqliteLogWriter, reader: SqliteLogReader
) -> None:
    append(writer, [message(1, project=1), message(2, project=2), message(3, project=1)], at=NOW)
    append(writer, [message(4, project=1)], at=NOW + 5)
    assert [reader.waiting(1, at(after)) for after in range(5)] == [
        (3, NOW),
        (2, NOW),
        (2, NOW),
        (1, NOW + 5),
        (0, None),
    ]
    assert reader.waiting(2, at(1)) == (1, NOW)
    assert reader.waiting(2, at(2)) == (0, None)


def test_a_recreated_log_continues_at_its_readers_position(file: Path) -> None:
    assert begin_after(file, at(40), {1: 30, 2: 10})
    with closing(SqliteLogWriter(file)) as writer, closing(SqliteLogReader(file)) as reader:
        assert append(writer, numbered(1, 2)) == at(42)
        assert [entry.position for entry in reader.read(START, 9)] == [41, 42]
        assert [entry.position for entry in reader.read(at(40), 9)] == [41, 42]
        assert (reader.accepted(1), reader.accepted(2)) == (32, 10)


def test_existing_messages_are_moved_after_the_given_position(
    file: Path, writer: SqliteLogWriter, reader: SqliteLogReader
) -> None:
    append(writer, numbered(1, 2))
    append(writer, numbered(3, 3))
    assert begin_after(file, at(10), {1: 10})
    assert [(entry.position, entry.message.id) for entry in reader.read(at(10), 9)] == [(11, "1"), (12, "2"), (13, "3")]
    assert reader.accepted(1) == 13


@given(
    old=st.lists(st.integers(1, 4), max_size=5), new=st.lists(st.integers(1, 4), max_size=5), beyond=st.integers(1, 9)
)
def test_of_a_log_that_ends_too_early_what_came_after_the_state_moves_and_nothing_else(
    old: list[int], new: list[int], beyond: int
) -> None:
    with TemporaryDirectory() as folder:
        file = Path(folder) / "log.db"
        position, until = sum(old) + sum(new) + beyond, NOW + 10
        with closing(SqliteLogWriter(file)) as writer, closing(SqliteLogReader(file)) as reader:
            for size in old:
                append(writer, numbered(1, size), at=until)
            ids = iter(range(100, 200))
            for size in new:
                append(writer, [message(next(ids)) for _ in range(size)], at=until + CLOCK_SLACK_MS + 1)
            assert begin_after(file, at(position), {1: position}, until)
            assert not begin_after(file, at(position), {1: position}, until)
            found = reader.read(at(position), 1_000)
            assert [entry.position for entry in found] == [position + 1 + n for n in range(sum(new))]
            assert [entry.message.id for entry in found] == [str(100 + n) for n in range(sum(new))]
            assert reader.accepted(1) == position + sum(new)
            assert reader.waiting(1, at(position))[0] == sum(new)
            assert append(writer, numbered(1, 1)) == at(position + sum(new) + 1)


def test_a_log_that_reaches_its_readers_is_left_alone(
    file: Path, writer: SqliteLogWriter, reader: SqliteLogReader
) -> None:
    append(writer, numbered(1, 3))
    assert not begin_after(file, at(3), {1: 3})
    assert reader.accepted(1) == 3


WRITER = """
import sys
from collections import Counter
from pathlib import Path
from passerby.log.sqlite.store import SqliteLogWriter
from tests.log.log_messages import append, message
log = SqliteLogWriter(Path(sys.argv[1]))
project = int(sys.argv[2])
for number in range(100):
    append(log, [message(number, project)] * (1 + number % 3))
log.close()
"""


def test_several_processes_append_at_the_same_time_without_gaps(file: Path, reader: SqliteLogReader) -> None:
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(file), str(project)]) for project in (1, 2, 3)]
    assert [writer.wait(60) for writer in writers] == [0, 0, 0]
    entries = reader.read(START, 10_000)
    assert [entry.position for entry in entries] == list(range(1, reader.head().offset() + 1))
    for project in (1, 2, 3):
        ids = [int(entry.message.id) for entry in entries if entry.message.project == project]
        assert ids == sorted(ids)
        assert len(ids) == reader.accepted(project) == sum(1 + number % 3 for number in range(100))
