"""The audit log says who did what, the newest first, and no more than it may keep."""

from __future__ import annotations

from pathlib import Path

import pytest

from passerby.projects import audit
from passerby.projects.audit import AuditLog

NOW = 1_790_000_000_000


def test_entries_come_newest_first_page_by_page_and_project_by_project(tmp_path: Path) -> None:
    with AuditLog(tmp_path / "audit.db") as log:
        for number in range(3):
            log.note(1, NOW + number, who="admin", action="key.added", subject=str(number), details={"n": number})
        log.note(2, NOW, who="admin", action="profile.viewed", subject="p")
        first, second = log.page(1, limit=2)
        assert (first.subject, first.at, first.who, first.action) == ("2", NOW + 2, "admin", "key.added")
        assert [each.details for each in log.page(1, limit=9, before=second.id)] == [{"n": 0}]
        assert [each.details for each in log.page(2, limit=9)] == [None]
    with AuditLog(tmp_path / "audit.db") as again:
        assert len(again.page(1, limit=9)) == 3


def test_the_oldest_go_where_there_are_too_many(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audit, "KEPT", 2)
    with AuditLog(tmp_path / "audit.db") as log:
        for number in range(5):
            log.note(1, NOW, who="admin", action="key.added", subject=str(number))
        assert [each.subject for each in log.page(1, limit=9)] == ["4", "3"]
