"""The loop around the worker continues after errors."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec
import pytest
import uuid_utils

from passerby.identity.namespaces import DEFAULT_POLICY
from passerby.log.protocol import Entry, LogFull
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Identifier, Message
from passerby.positions import Positions
from passerby.state.protocol import StateUnavailable
from passerby.state.sqlite.store import SqliteState
from passerby.worker import loop as loop_module
from passerby.worker.batch import Applied, Worker
from passerby.worker.loop import Loop


def message(person: str, name: str = "Seen") -> Message:
    return Message(
        project=1,
        id=str(uuid_utils.uuid7()),
        dialect="crossengage",
        kind="track",
        identifiers=(Identifier("mobile_id", person),),
        time=1_700_000_000_000,
        received_at=1_700_000_000_000,
        name=name,
    )


class Breaking(Worker):
    """A worker that raises the given errors, each so many times."""

    failures: list[Exception]
    poison: str = ""

    def apply(self, entries: Sequence[Entry]) -> Applied:
        if self.failures:
            raise self.failures.pop()
        if self.poison and any(entry.message.name == self.poison for entry in entries):
            raise KeyError(self.poison)
        return super().apply(entries)


class Bench:
    """A log, a state and a worker between them, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.writer = SqliteLogWriter(folder / "log.db")
        self.reader = SqliteLogReader(folder / "log.db")
        self.state = SqliteState(folder / "state.db")
        self.worker = Breaking(self.state, lambda _: DEFAULT_POLICY)
        self.worker.failures = []
        self.rounds = 0
        self.progressed: list[int] = []
        """The rounds after which it reported progress."""

    def append(self, *messages: Message) -> None:
        self.writer.append([msgspec.json.encode(one) for one in messages], {1: len(messages)}, 1)

    def run_until(self, done: Callable[[], bool]) -> int:
        """Run the loop until this is so, looking between batches; return the position it reached."""

        def between() -> None:
            self.rounds += 1
            if done() or self.rounds > 1000:
                loop.stop()

        loop = Loop(self.worker, self.reader, 10, between, lambda: self.progressed.append(self.rounds))
        return loop.run(self.state.positions()).offset()

    def total(self, name: str) -> int:
        rows = self._rows("SELECT value FROM totals WHERE name = ?", name)
        return int(rows[0][0]) if rows else 0

    def dead_letters(self) -> list[tuple[int, str]]:
        return [(row[0], row[1]) for row in self._rows("SELECT position, error FROM dead_letters")]

    def _rows(self, query: str, *bindings: str) -> list[Any]:
        rows: list[Any] = self.state.connection.execute(query, bindings).fetchall()
        return rows

    def close(self) -> None:
        for part in (self.writer, self.reader, self.state):
            part.close()


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bench]:
    monkeypatch.setattr(loop_module, "PAUSE_SECONDS", 0.001)
    monkeypatch.setattr(loop_module, "FIRST_RETRY_SECONDS", 0.001)
    bench = Bench(tmp_path)
    yield bench
    bench.close()


def test_it_applies_what_is_there_and_what_comes_while_it_runs(bench: Bench) -> None:
    bench.append(message("a"), message("b"))
    later = threading.Timer(0.05, bench.append, [message("c")])
    later.start()
    assert bench.run_until(lambda: bench.total("applied") == 3) == 3
    later.join()


def test_it_says_that_it_works_only_while_it_gets_on(bench: Bench) -> None:
    bench.append(message("a"))
    bench.worker.failures = [StateUnavailable("disk")] * 3
    bench.run_until(lambda: bench.total("applied") == 1)
    assert bench.progressed == [3]


def test_it_continues_where_an_earlier_run_ended(bench: Bench) -> None:
    bench.append(message("a"))
    bench.run_until(lambda: bench.total("applied") == 1)
    bench.append(message("b"))
    assert bench.run_until(lambda: bench.total("applied") == 2) == 2


def test_it_reports_its_position_to_the_log(bench: Bench) -> None:
    bench.append(message("a"))
    bench.run_until(lambda: bench.total("applied") == 1)
    readers = bench.writer._connection.execute("SELECT name, position FROM reader").fetchall()  # noqa: SLF001 - as above
    assert readers == [("worker", 1)]


@pytest.mark.parametrize("fault", [StateUnavailable("disk full"), OSError("gone")])
def test_a_batch_that_the_disk_refuses_is_tried_again_until_it_succeeds(bench: Bench, fault: Exception) -> None:
    bench.worker.failures = [fault, fault, fault]
    bench.append(message("a"))
    assert bench.run_until(lambda: bench.total("applied") == 1) == 1
    assert not bench.dead_letters()


def test_a_log_that_cannot_be_read_for_a_while_is_read_later(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.append(message("a"))
    faults = [LogFull("no"), LogFull("no")]
    read = bench.reader.read

    def failing(after: Positions, limit: int) -> list[Entry]:
        if faults:
            raise faults.pop()
        return read(after, limit)

    monkeypatch.setattr(bench.reader, "read", failing)
    assert bench.run_until(lambda: bench.total("applied") == 1) == 1


def test_a_message_that_cannot_be_applied_is_set_aside_and_the_others_are_applied(bench: Bench) -> None:
    bench.worker.poison = "Poison"
    bench.append(message("a"), message("b", "Poison"), message("c"))
    assert bench.run_until(lambda: bench.total("applied") == 3) == 3
    assert bench.total("events") == 2
    assert bench.dead_letters() == [(2, "KeyError: 'Poison'")]


def test_a_batch_that_fails_but_whose_messages_do_not_is_applied_one_by_one(bench: Bench) -> None:
    bench.worker.failures = [ValueError("once")]
    bench.append(message("a"), message("b"))
    assert bench.run_until(lambda: bench.total("applied") == 2) == 2
    assert not bench.dead_letters()


def test_the_disk_may_fail_while_messages_are_applied_one_by_one(bench: Bench) -> None:
    bench.worker.failures = [StateUnavailable("no"), ValueError("once")]
    bench.append(message("a"), message("b"))
    assert bench.run_until(lambda: bench.total("applied") == 2) == 2
    assert bench.total("events") == 2
