"""Conformance of log engines, with one partition or several."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import UUID

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.conformance.partitioned import PartitionedLog, by_partition
from tests.log.log_messages import NOW, append, message, numbered

from passerby.engines import LogEngine
from passerby.log.protocol import Archive, Entry, LogReader, LogWriter
from passerby.log.sqlite.engine import SqliteLogEngine
from passerby.messages import Message
from passerby.positions import START, Positions
from passerby.settings import LogSettings

DAY_MS = 86_400_000
LATER = NOW + 100 * DAY_MS

Open = Callable[[Path], LogEngine]
ENGINES: dict[str, Open] = {
    "sqlite": lambda folder: SqliteLogEngine(folder / "log.db"),
    "three-partitions": lambda _: PartitionedLog(3),
    "one-partition": lambda _: PartitionedLog(1),
}


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> LogEngine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


@pytest.fixture
def writer(engine: LogEngine, held: ExitStack) -> LogWriter:
    return held.enter_context(closing(engine.open_writer(LogSettings(retention_days=1))))


@pytest.fixture
def reader(engine: LogEngine, held: ExitStack, writer: LogWriter) -> LogReader:
    del writer  # makes the log
    return held.enter_context(closing(engine.open_reader()))


@pytest.fixture
def archive(engine: LogEngine, held: ExitStack, writer: LogWriter) -> Archive:
    del writer
    return held.enter_context(closing(engine.open_archive()))


def everything(reader: LogReader, after: Positions = START, limit: int = 5) -> list[Entry]:
    """All that follows these positions, read in steps."""
    entries: list[Entry] = []
    while found := reader.read(after, limit):
        entries += found
        after = after.joined(Positions(entry.position for entry in found))
    return entries


def ids(entries: list[Entry]) -> list[str]:
    return [entry.message.id for entry in entries]


def test_an_empty_log_is_at_its_start(engine: LogEngine, reader: LogReader, archive: Archive) -> None:
    assert reader.head() == engine.head() == START
    assert reader.read(START, 10) == []
    assert (reader.accepted(1), reader.waiting(1, START), reader.waiting_since(START)) == (0, (0, None), None)
    assert (reader.count(START, START), reader.recent(START, START, 5)) == (0, START)
    assert archive.newest(1, 5, lambda _: True) == []
    assert archive.find(1, str(UUID(int=NOW << 80))) is None


def test_each_message_is_read_once_and_in_order_within_its_partition(writer: LogWriter, reader: LogReader) -> None:
    for first in range(1, 60, 7):
        append(writer, numbered(first, first + 6))
    entries = everything(reader)
    assert sorted(map(int, ids(entries))) == list(range(1, 64))
    assert len({entry.position for entry in entries}) == 63
    for part in by_partition(entries).values():
        assert [int(entry.message.id) for entry in part] == sorted(int(entry.message.id) for entry in part)
        assert [entry.position for entry in part] == sorted(entry.position for entry in part)
    assert Positions(entry.position for entry in entries) == reader.head()


def test_an_append_says_how_far_it_went_and_the_head_is_as_far(writer: LogWriter, reader: LogReader) -> None:
    before = append(writer, numbered(1, 9))
    assert before == reader.head()
    written = append(writer, numbered(10, 11))
    assert reader.head() == before.joined(written)
    beyond = everything(reader, before)
    assert Positions(entry.position for entry in beyond) == written
    assert reader.head().has_reached(before)


def test_what_one_end_appends_another_one_reads(engine: LogEngine, writer: LogWriter) -> None:
    append(writer, numbered(1, 3))
    with closing(engine.open_reader()) as another, closing(engine.open_writer()) as again:
        append(again, numbered(4, 4))
        assert sorted(ids(everything(another))) == ["1", "2", "3", "4"]
        assert engine.exists()
        assert engine.head() == another.head()


def test_a_read_gives_something_and_ends_near_its_limit(writer: LogWriter, reader: LogReader) -> None:
    for first in range(1, 101, 5):
        append(writer, numbered(first, first + 4))
    assert 1 <= len(reader.read(START, 1)) <= 5
    assert 20 <= len(reader.read(START, 20)) <= 25
    assert reader.read(reader.head(), 20) == []


@given(sizes=st.lists(st.integers(1, 6), min_size=1, max_size=6), share=st.data(), name=st.sampled_from(list(ENGINES)))
def test_from_whatever_positions_the_rest_is_read_counted_and_waiting(
    sizes: list[int], share: st.DataObject, name: str
) -> None:
    with TemporaryDirectory() as folder, ExitStack() as held:
        engine = ENGINES[name](Path(folder))
        writer = held.enter_context(closing(engine.open_writer()))
        reader = held.enter_context(closing(engine.open_reader()))
        number = 0
        for size in sizes:
            append(writer, [message(number + n, project=1 + (number + n) % 2) for n in range(size)], NOW + number)
            number += size
        entries = everything(reader)
        after = _drawn(share, entries)
        until = _drawn(share, entries)
        rest = after.uncovered(entries)
        assert sorted(everything(reader, after)) == sorted(rest)
        assert reader.count(after, reader.head()) == len(rest)
        assert reader.count(after, until) == sum(until.covers(entry.position) for entry in rest)
        for project in (1, 2):
            ours = [entry for entry in rest if entry.message.project == project]
            waiting, since = reader.waiting(project, after)
            assert (waiting, since is None) == (len(ours), not ours)
        assert reader.waiting_since(after) == (NOW if rest else None)
        limit = share.draw(st.integers(1, number))
        begin = reader.recent(after, until, limit)
        assert begin.has_reached(after)
        assert reader.count(begin, until) == min(limit, reader.count(after, until))


def _drawn(share: st.DataObject, entries: list[Entry]) -> Positions:
    """Positions somewhere in the log: in each partition some of its messages are covered."""
    parts = by_partition(entries).values()
    lasts = [share.draw(st.sampled_from([None, *(entry.position for entry in part)])) for part in parts]
    return Positions(last for last in lasts if last is not None)


def test_accepted_counts_each_project_and_never_falls(writer: LogWriter, reader: LogReader) -> None:
    append(writer, [message(1, project=1), message(2, project=7), message(3, project=7)])
    append(writer, [message(4, project=7)])
    assert [reader.accepted(project) for project in (1, 7, 8)] == [1, 3, 0]
    reader.commit_offset("worker", reader.head())
    assert writer.prune(LATER) >= 1
    assert [reader.accepted(project) for project in (1, 7, 8)] == [1, 3, 0]


def test_waiting_says_since_when(writer: LogWriter, reader: LogReader) -> None:
    first = append(writer, numbered(1, 3), NOW)
    append(writer, numbered(4, 6), NOW + 5)
    assert reader.waiting(1, START) == (6, NOW)
    assert reader.waiting(1, first) == (3, NOW + 5)
    assert reader.waiting(1, reader.head()) == (0, None)


def test_nothing_is_pruned_that_a_reader_has_not_passed(writer: LogWriter, reader: LogReader) -> None:
    passed = START
    for number in range(1, 31):
        written = append(writer, numbered(number, number))
        passed = written.joined(passed) if number <= 20 else passed
    assert writer.prune(LATER) == 0
    reader.commit_offset("worker", reader.head())
    reader.commit_offset("another", passed)
    head = reader.head()
    pruned = writer.prune(LATER)
    left = everything(reader)
    assert (pruned, len(left)) == (20, 10)
    assert not any(passed.covers(entry.position) for entry in left)
    assert reader.head() == head


def test_the_position_of_a_reader_never_decreases(writer: LogWriter, reader: LogReader) -> None:
    for number in range(1, 11):
        append(writer, numbered(number, number))
    reader.commit_offset("worker", reader.head())
    reader.commit_offset("worker", START)
    assert writer.prune(LATER) > 0


def test_young_messages_stay_and_the_head_survives_pruning(writer: LogWriter, reader: LogReader) -> None:
    for number in range(1, 31):
        append(writer, numbered(number, number), LATER if number > 10 else NOW)
    reader.commit_offset("worker", reader.head())
    head = reader.head()
    assert writer.prune(LATER) == 10
    assert sorted(map(int, ids(everything(reader)))) == list(range(11, 31))
    written = append(writer, numbered(31, 31))
    assert head.joined(written) == reader.head() != head


def test_a_log_that_reaches_what_is_applied_is_left_alone(
    engine: LogEngine, writer: LogWriter, reader: LogReader
) -> None:
    append(writer, numbered(1, 20))
    applied = reader.head()
    entries = everything(reader)
    assert not engine.continue_after(applied, {1: 20}, NOW)
    assert everything(reader) == entries


def test_a_log_that_lost_its_end_continues_after_what_is_applied(engine: LogEngine, held: ExitStack) -> None:
    with ExitStack() as lost, TemporaryDirectory() as elsewhere:
        before = ENGINES["sqlite"](Path(elsewhere)) if isinstance(engine, SqliteLogEngine) else _like(engine)
        writer = lost.enter_context(closing(before.open_writer()))
        append(writer, numbered(1, 30))
        applied = before.head()
    assert engine.continue_after(applied, {1: 30}, NOW)
    assert engine.head() == applied
    writer = held.enter_context(closing(engine.open_writer()))
    reader = held.enter_context(closing(engine.open_reader()))
    append(writer, numbered(31, 40))
    assert sorted(map(int, ids(everything(reader, applied)))) == list(range(31, 41))
    assert reader.accepted(1) == 40


def _like(engine: LogEngine) -> LogEngine:
    assert isinstance(engine, PartitionedLog)
    return PartitionedLog(len(engine.partitions))


def test_many_append_at_once_and_each_ones_messages_keep_their_order(engine: LogEngine, reader: LogReader) -> None:
    def write(project: int) -> None:
        with closing(engine.open_writer()) as own:
            for number in range(40):
                append(own, [message(number, project)])

    threads = [threading.Thread(target=write, args=(project,)) for project in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = everything(reader)
    assert [reader.accepted(project) for project in (1, 2, 3)] == [40, 40, 40]
    for part in by_partition(entries).values():
        for project in (1, 2, 3):
            numbers = [int(entry.message.id) for entry in part if entry.message.project == project]
            assert numbers == sorted(numbers)
    assert len(entries) == 120


def test_the_archive_gives_the_newest_of_a_project_that_fit(writer: LogWriter, archive: Archive) -> None:
    for number in range(1, 21):
        append(writer, [message(number, project=1 + number % 2)], NOW + number)
    newest = archive.newest(1, 3, lambda _: True)
    assert ids(newest) == ["20", "18", "16"]
    assert ids(archive.newest(2, 9, lambda each: each.properties["n"] < 6)) == ["5", "3", "1"]
    assert archive.newest(3, 9, lambda _: True) == []


def test_the_archive_finds_a_message_by_its_id(writer: LogWriter, reader: LogReader, archive: Archive) -> None:
    def made(number: int) -> Message:
        at = NOW + 60_000 * number
        id_ = str(UUID(int=(at << 80) | (7 << 76) | (2 << 62) | number))
        return msgspec.structs.replace(message(number), id=id_)

    for number in range(1, 31):
        append(writer, [made(number)], NOW + 60_000 * number + 20)
    entries = {entry.message.id: entry for entry in everything(reader)}
    for number in range(1, 31):
        assert archive.find(1, made(number).id) == entries[made(number).id]
    assert archive.find(2, made(1).id) is None
    assert archive.find(1, made(99).id) is None


def test_an_engine_says_what_it_is(engine: LogEngine) -> None:
    name, version = engine.version()
    assert name
    assert version
