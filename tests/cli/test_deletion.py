"""`passerby test-data delete`."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.cli.conftest import Command
from tests.state.state_builder import StateBuilder, ident

from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.state.manager import deletion
from passerby.storage.data_dir import DataDir

pytestmark = pytest.mark.usefixtures("keys")


@pytest.fixture
def builder(data: Path) -> Iterator[StateBuilder]:
    builder = StateBuilder(DataDir(data).state)
    yield builder
    builder.close()


def test_test_profiles_are_deleted_and_counted(passerby: Command, builder: StateBuilder, data: Path) -> None:
    builder.track("Seen", ident("user_id", "passerby-test"))
    builder.track("Seen", ident("user_id", "u1"))
    assert passerby("test-data", "delete").out == "Deleted: 1 test profiles, 1 events.\n"
    with SqliteAuditLog(DataDir(data).audit) as log:
        entry, created = log.page(1, limit=10)
    assert (entry.who, entry.action, created.action) == ("the command line", "test_data.deleted", "project.added")
    assert entry.details == {"profiles": 1, "events": 1, "kept": 0, "more": False}


def test_kept_profiles_are_counted(passerby: Command, builder: StateBuilder) -> None:
    builder.identify(ident("user_id", "passerby-test"), ident("mobile_id", "m1"))
    builder.identify(ident("user_id", "u1"), ident("mobile_id", "m1"))
    assert passerby("test-data", "delete").out.endswith("Kept, because they had other identifiers: 1.\n")


def test_more_than_one_deletion_removes_are_deleted(
    passerby: Command, builder: StateBuilder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deletion, "MOST_PROFILES", 2)
    for number in range(5):
        builder.track("Seen", ident("mobile_id", f"passerby-test-{number}"))
    found = passerby("test-data", "delete", "--json").json
    assert found == {"profiles": 5, "events": 5, "kept": 0, "more": False}


def test_without_test_data_there_is_nothing_to_delete(passerby: Command) -> None:
    assert passerby("test-data", "delete").out == "No test data.\n"
    assert passerby("test-data", "delete", "--json").json["profiles"] == 0
