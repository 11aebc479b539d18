"""Identifiers of messages that the worker has not yet applied."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from tests.positions import at
from tests.state.state_builder import DAY, ident

from passerby.edge import unapplied
from passerby.edge.unapplied import Unapplied
from passerby.log.sqlite.store import SqliteLogReader, SqliteLogWriter
from passerby.messages import Identifier, Message

V1, V2 = ident("anonymous_id", "v1"), ident("anonymous_id", "v2")


class Tail:
    """A log, and what is yet to be applied of it."""

    def __init__(self, file: Path) -> None:
        self.writer = SqliteLogWriter(file)
        self.reader = SqliteLogReader(file)
        self.unapplied = Unapplied(self.reader)

    def accept(self, *identifiers: Identifier, project: int = 1) -> None:
        message = Message(
            project=project, id="m", dialect="t", kind="identify", identifiers=identifiers, time=DAY, received_at=DAY
        )
        self.writer.append([msgspec.json.encode(message)], {project: 1}, DAY)

    def last_of(self, *identifiers: Identifier, applied: int = 0, project: int = 1) -> int:
        """The position up to which has to be applied what mentions any of these."""
        self.unapplied.follow(at(applied))
        head = self.reader.head().offset()
        return next(n for n in range(head + 1) if not self.unapplied.is_waiting(project, identifiers, at(n)))


@pytest.fixture
def tail(tmp_path: Path) -> Iterator[Tail]:
    tail = Tail(tmp_path / "log.db")
    with closing(tail.writer), closing(tail.reader):
        yield tail


def test_it_returns_the_last_message_of_each(tail: Tail) -> None:
    assert tail.last_of(V1) == 0
    tail.accept(V1)
    tail.accept(V1, V2)
    tail.accept(ident("email", "v1"))
    assert tail.last_of(V1) == tail.last_of(V2, ident("email", "?")) == 2
    tail.accept(V1)
    assert tail.last_of(V2, V1) == 4
    assert tail.last_of() == 0


def test_it_reports_what_it_has_not_checked(tail: Tail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unapplied, "FOLLOWED", 2)
    monkeypatch.setattr(unapplied, "REMEMBERED", 3)
    tail.accept(V1)
    assert tail.last_of(V1) == 1
    assert not tail.unapplied.is_behind(at(0))
    for _ in range(3):
        tail.accept(V2)
    assert tail.last_of(V2) == 0
    assert tail.unapplied.is_behind(at(3))
    assert not tail.unapplied.is_behind(at(4))
    for start in (0, 2):
        tail.accept(ident("anonymous_id", f"a{start}"))
        tail.accept(ident("anonymous_id", f"b{start}"))
        tail.last_of(V1, applied=4)
    assert tail.unapplied.is_behind(at(7))
    assert not tail.unapplied.is_behind(at(8))


def test_it_keeps_projects_apart(tail: Tail) -> None:
    tail.accept(V1, project=2)
    assert tail.last_of(V1) == 0
    assert tail.last_of(V1, project=2) == 1


def test_applied_messages_are_not_read(tail: Tail) -> None:
    tail.accept(V1)
    tail.accept(V2)
    assert tail.last_of(V1, applied=1) == 0
    assert tail.last_of(V2, applied=1) == 2
    assert tail.last_of(V2, applied=2) == 0


def test_a_worker_too_far_behind_is_not_waited_for(tail: Tail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unapplied, "FOLLOWED", 3)
    tail.accept(V1)
    assert tail.last_of(V1) == 1
    for _ in range(4):
        tail.accept(V1)
    assert tail.last_of(V1) == 0
    tail.accept(V2)
    assert (tail.last_of(V1), tail.last_of(V2)) == (0, 6)


def test_no_more_is_remembered_than_there_is_room_for(tail: Tail, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unapplied, "REMEMBERED", 2)
    for number in range(3):
        tail.accept(ident("email", f"{number}@x.io"))
        tail.unapplied.follow(at(number))
    assert tail.last_of(ident("email", "0@x.io"), applied=2) == 0
    assert tail.last_of(ident("email", "2@x.io"), applied=2) == 3
    for number in range(3, 6):
        tail.accept(ident("email", f"{number}@x.io"))
    assert tail.last_of(ident("email", "5@x.io"), applied=2) == 0
