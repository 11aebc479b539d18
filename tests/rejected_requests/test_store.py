"""Rejected requests are kept for a day, in bounded numbers, and counted by minute, hour and day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from tests.old_files import REFUSED, older

from passerby.rejected_requests.record import NO_PROJECT, Count, RejectedRequest, Use
from passerby.rejected_requests.sqlite import store
from passerby.rejected_requests.sqlite.store import SqliteRejectedReader, SqliteRejectedWriter

NOW = 1_790_000_000_000 - 1_790_000_000_000 % 86_400_000


def refused(text: str, project: int = 1, at: int = NOW) -> RejectedRequest:
    return RejectedRequest(
        project=project,
        at=at,
        dialect="segment",
        call="track",
        status=400,
        reason="not_json",
        answer=text,
        method="POST",
        path="/v1/track",
        client="",
        body="{",
    )


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[SqliteRejectedWriter]:
    with closing(SqliteRejectedWriter(tmp_path / "refused.db")) as writer:
        yield writer


@pytest.fixture
def reader(tmp_path: Path) -> Iterator[SqliteRejectedReader]:
    with closing(SqliteRejectedReader(tmp_path / "refused.db")) as reader:
        yield reader


def texts(found: list[RejectedRequest]) -> list[str]:
    return [each.answer for each in found]


def test_the_newest_come_first_and_page_by_page(writer: SqliteRejectedWriter, reader: SqliteRejectedReader) -> None:
    writer.add([refused("a"), refused("b", NO_PROJECT), refused("c"), refused("x", project=2)], [])
    assert texts(reader.newest([1, NO_PROJECT], limit=2)) == ["c", "b"]
    (_, second) = reader.newest([1, NO_PROJECT], limit=2)
    assert texts(reader.newest([1, NO_PROJECT], limit=9, before=second.number)) == ["a"]


def test_a_follower_gets_events_since_its_cursor_and_only_the_newest_of_too_many(
    writer: SqliteRejectedWriter, reader: SqliteRejectedReader
) -> None:
    writer.add([refused("a")], [])
    head = reader.head()
    writer.add([refused("b"), refused("c"), refused("d", project=2)], [])
    assert texts(reader.following(head, reader.head(), 10)) == ["b", "c", "d"]
    assert texts(reader.following(head, reader.head(), 2)) == ["c", "d"]


def test_no_more_are_kept_than_may_be(
    writer: SqliteRejectedWriter, reader: SqliteRejectedReader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(store, "KEPT_PER_PROJECT", 3)
    monkeypatch.setattr(store, "KEPT_IN_ALL", 5)
    writer.add([refused(str(number)) for number in range(5)], [])
    assert texts(reader.newest([1], limit=10)) == ["4", "3", "2"]
    for project in (2, 3):
        writer.add([refused("more", project) for _ in range(2)], [])
    assert texts(reader.newest([1, 2, 3], limit=10)) == ["more"] * 4 + ["4"]


def test_what_is_older_than_a_day_goes(writer: SqliteRejectedWriter, reader: SqliteRejectedReader) -> None:
    writer.add([refused("old", at=NOW - store.KEPT_MS - 1), refused("new")], [])
    writer.prune(NOW)
    assert texts(reader.newest([1], limit=10)) == ["new"]


def test_counts_stay_true_however_they_are_rolled_up(
    writer: SqliteRejectedWriter, reader: SqliteRejectedReader
) -> None:
    day = 86_400_000
    times = [NOW - 200 * day, NOW - 91 * day + 60_000, NOW - 3 * day, NOW - 3 * day + 3_600_000, NOW - 60_000, NOW]
    writer.add([], [Count(1, at, "segment", 2) for at in times])
    writer.add([], [Count(1, NOW, "segment", 5), Count(1, NOW, "antsomi", 1), Count(2, NOW, "segment", 9)])
    before = reader.counted(1, 0, NOW + day, store.DAY)
    writer.prune(NOW)
    writer.prune(NOW)
    assert sorted(reader.counted(1, 0, NOW + day, store.DAY)) == sorted(before)
    assert sum(count for _, _, count in before) == 2 * len(times) + 6
    hours = reader.counted(1, NOW - 3 * day, NOW, store.HOUR)
    assert [(at, count) for _, at, count in sorted(hours)] == [
        (NOW - 3 * day, 2),
        (NOW - 3 * day + 3_600_000, 2),
        (NOW - 3_600_000, 2),
    ]
    assert sorted(reader.counted(1, NOW - 60_000, NOW + 1, store.MINUTE)) == [
        ("antsomi", NOW, 1),
        ("segment", NOW - 60_000, 2),
        ("segment", NOW, 7),
    ]


def test_uses_of_keys_are_added_up_by_the_hour_and_the_last_is_remembered(
    writer: SqliteRejectedWriter, reader: SqliteRejectedReader
) -> None:
    assert reader.uses(NOW) == {}
    writer.count_uses({1: 3, 2: 1}, NOW + 59_999)
    writer.count_uses({1: 4}, NOW + 1)
    assert reader.uses(NOW + 60_000) == {1: Use(NOW, 7), 2: Use(NOW, 1)}
    writer.count_uses({1: 5}, NOW + 3_600_000)
    assert reader.uses(NOW + 3_600_000) == {1: Use(NOW + 3_600_000, 12), 2: Use(NOW, 1)}
    writer.count_uses({1: 1}, NOW + 3_660_000)
    assert reader.uses(NOW + 3_660_000) == {1: Use(NOW + 3_660_000, 6), 2: Use(NOW, 0)}


def test_a_rejected_request_of_an_earlier_version_has_its_sentence_as_answer(tmp_path: Path) -> None:
    with older(tmp_path / "refused.db", REFUSED, 1) as connection:
        connection.execute(
            """
            INSERT INTO refused (project, at, dialect, call, status, reason, text, method, path, client, body)
            VALUES (1, 5, 'segment', 'track', 400, 'not_json', 'The body is not JSON.', 'POST', '/v1/track', '', '')
            """
        )
    with closing(SqliteRejectedReader(tmp_path / "refused.db")) as reader:
        (found,) = reader.newest([1], limit=1)
    assert (found.reason, found.cause, found.answer) == ("not_json", None, "The body is not JSON.")
