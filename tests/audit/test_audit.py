"""The audit log lists actions and actors, newest first, up to its limit."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import apsw
import pytest

from passerby.audit.protocol import SERVER, Filter, View
from passerby.audit.sqlite import log as log_of_sqlite
from passerby.audit.sqlite.log import SqliteAuditLog

NOW = 1_790_000_000_000


def test_entries_come_newest_first_page_by_page_and_project_by_project(tmp_path: Path) -> None:
    with SqliteAuditLog(tmp_path / "audit.db") as log:
        for number in range(3):
            log.note(1, NOW + number, who="admin", action="key.added", subject=str(number), details={"n": number})
        log.note(2, NOW, who="admin", action="profile.viewed", subject="p")
        first, second = log.page(1, limit=2)
        assert (first.subject, first.at, first.who, first.action) == ("2", NOW + 2, "admin", "key.added")
        assert [each.details for each in log.page(1, limit=9, before=second.id)] == [{"n": 0}]
        assert [each.details for each in log.page(2, limit=9)] == [None]
    with SqliteAuditLog(tmp_path / "audit.db") as again:
        assert len(again.page(1, limit=9)) == 3


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(log_of_sqlite, "KEPT", 2)
    with SqliteAuditLog(tmp_path / "audit.db") as log:
        for number in range(5):
            log.note(1, NOW, who="admin", action="key.added", subject=str(number))
        assert [each.subject for each in log.page(1, limit=9)] == ["4", "3"]


def test_entries_are_found_by_who_action_and_time(tmp_path: Path) -> None:
    with SqliteAuditLog(tmp_path / "audit.db") as log:
        for number, (who, action) in enumerate(
            [("Back Office", "key.added"), ("sasha", "key.revoked"), ("sasha", "x")]
        ):
            log.note(1, NOW + number, who=who, action=action)
        found = {
            only: [each.at - NOW for each in log.page(1, limit=9, only=only)]
            for only in (
                Filter(who="back"),
                Filter(action="key."),
                Filter(action="key.added"),
                Filter(action="added"),
                Filter(since=NOW + 1),
                Filter(until=NOW + 1),
                Filter(who="sasha", action="key", since=NOW, until=NOW + 5),
                Filter(who="%"),
            )
        }
    assert list(found.values()) == [[0], [1, 0], [0], [], [2, 1], [0], [1], []]


def test_entries_of_the_server_are_shown_to_those_who_may_see_them(tmp_path: Path) -> None:
    with SqliteAuditLog(tmp_path / "audit.db") as log:
        log.note(SERVER, NOW, who="console user sasha", action="signed_in", subject="sasha", address="203.0.113.7")
        log.note(SERVER, NOW, who="console user kim", action="signed_in", subject="kim")
        log.note(1, NOW, who="kim", action="key.added")
        assert [each.subject for each in log.page(View(1, server=True), limit=9)] == ["", "kim", "sasha"]
        assert [each.subject for each in log.page(View(1, users=["sasha"]), limit=9)] == ["", "sasha"]
        assert [each.address for each in log.page(View(2, users=["sasha"]), limit=9)] == ["203.0.113.7"]
        assert log.page(2, limit=9) == []


def test_a_file_of_an_older_release_gets_addresses(tmp_path: Path) -> None:
    with SqliteAuditLog(tmp_path / "audit.db") as log:
        log.note(1, NOW, who="kim", action="key.added")
    with closing(apsw.Connection(str(tmp_path / "audit.db"))) as older:
        older.execute("ALTER TABLE audit DROP COLUMN address; ALTER TABLE audit DROP COLUMN outcome")
        older.pragma("user_version", 0)
    with SqliteAuditLog(tmp_path / "audit.db") as log:
        log.note(1, NOW, who="kim", action="key.added", address="203.0.113.7")
        assert [each.address for each in log.page(1, limit=9)] == ["203.0.113.7", ""]
