"""The archive: the newest messages, and one message by its id."""

from __future__ import annotations

from uuid import UUID

import msgspec
import pytest
from tests.log.log_messages import NOW, append, message, numbered

from passerby.log.sqlite import archive as sqlite_archive
from passerby.log.sqlite.archive import SqliteArchive
from passerby.log.sqlite.store import SqliteLogWriter
from passerby.messages import Message


def made_at(ms: int, number: int = 0) -> str:
    """A UUIDv7 of this time."""
    return str(UUID(int=(ms << 80) | (7 << 76) | (2 << 62) | number))


def at(ms: int, number: int = 0, project: int = 1) -> Message:
    return msgspec.structs.replace(message(number, project), id=made_at(ms, number))


def newest(archive: SqliteArchive, project: int, limit: int) -> list[str]:
    return [entry.message.id for entry in archive.newest(project, limit, lambda _: True)]


def test_the_newest_messages_of_a_project_come_newest_first(writer: SqliteLogWriter, archive: SqliteArchive) -> None:
    append(writer, [*numbered(1, 2), message(3, 2), message(4)])
    append(writer, numbered(5, 6, 2))
    append(writer, numbered(7, 7))
    assert newest(archive, 1, 3) == ["7", "4", "2"]
    assert newest(archive, 2, 9) == ["6", "5", "3"]
    assert newest(archive, 3, 9) == []
    assert [entry.position for entry in archive.newest(1, 2, lambda _: True)] == [7, 4]


def test_only_those_that_fit_are_given(writer: SqliteLogWriter, archive: SqliteArchive) -> None:
    append(writer, numbered(1, 9))
    odd = archive.newest(1, 2, lambda message: message.properties["n"] % 2 == 1)
    assert [entry.message.id for entry in odd] == ["9", "7"]


def test_work_for_the_newest_is_bounded(
    writer: SqliteLogWriter, archive: SqliteArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(1, 9):
        append(writer, numbered(number, number))
    monkeypatch.setattr(sqlite_archive, "MESSAGES", 3)
    assert newest(archive, 1, 9) == ["8", "7", "6"]
    monkeypatch.setattr(sqlite_archive, "BATCHES", 1)
    assert newest(archive, 1, 9) == ["8", "7"]


def test_a_message_is_found_by_its_id(writer: SqliteLogWriter, archive: SqliteArchive) -> None:
    times = [NOW + 60_000 * step for step in range(50)]
    for number, moment in enumerate(times):
        append(writer, [at(moment, number), at(moment, 1000 + number, project=2)], moment + 20)
    for number, moment in enumerate(times):
        found = archive.find(1, made_at(moment, number))
        assert found is not None
        assert (found.position, found.message.id) == (2 * number + 1, made_at(moment, number))


def test_no_other_projects_message_is_and_none_that_only_mentions_it(
    writer: SqliteLogWriter, archive: SqliteArchive
) -> None:
    wanted = made_at(NOW, 5)
    mentions = msgspec.structs.replace(at(NOW, 6), properties={"about": wanted})
    append(writer, [mentions])
    assert archive.find(1, wanted) is None
    append(writer, [at(NOW, 5)])
    found = archive.find(1, wanted)
    assert found is not None
    assert found.position == 2
    assert archive.find(2, wanted) is None


def test_in_an_empty_log_nothing_is_found(archive: SqliteArchive) -> None:
    assert archive.find(1, made_at(NOW)) is None
    assert newest(archive, 1, 5) == []
