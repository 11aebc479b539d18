"""Changes by commands are in the audit log with the command line as the actor; tokens get the scopes given."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Command

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.audit.protocol import SERVER
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.storage.data_dir import DataDir

pytestmark = pytest.mark.usefixtures("keys")


def test_every_change_by_a_command_is_in_the_audit_log(passerby: Command, data: Path) -> None:
    number = passerby("keys", "add", "segment.write_key", "--label", "shop", "--json").json["id"]
    passerby("keys", "revoke", str(number))
    passerby("projects", "set", "default", "--timezone", "Europe/Lisbon")
    passerby("projects", "policy", "set", "--block", "guest")
    with SqliteAuditLog(DataDir(data).audit) as log:
        entries = log.page(1, limit=10)
    assert {each.who for each in entries} == {"the command line"}
    assert [each.action for each in entries] == ["policy.changed", "project.changed", "key.revoked", "key.added"]
    assert entries[1].details == {"timezone": "Europe/Lisbon"}


def test_a_token_gets_the_scopes_that_it_is_given(passerby: Command, data: Path) -> None:
    number = passerby("keys", "add", "api_token", "--scope", "read", "--scope", "identity", "--json").json["id"]
    with SqliteProjects(DataDir(data).control) as store:
        (key,) = (key for key in store.keys(store.project("default")) if key.id == number)
    assert key.scopes == {"read", "identity"}


def test_changes_of_console_users_by_a_command_are_in_the_audit_log(passerby: Command, data: Path) -> None:
    passerby("users", "add", "sasha")
    passerby("users", "password", "sasha")
    passerby("users", "role", "sasha", "admin")
    passerby("users", "unlock", "sasha")
    passerby("users", "remove", "sasha")
    passerby("password")
    with SqliteAuditLog(DataDir(data).audit) as log:
        entries = log.page(SERVER, limit=10)
    assert {each.who for each in entries} == {"the command line"}
    assert [(each.action, each.subject) for each in reversed(entries)] == [
        ("user.added", "sasha"),
        ("password.changed", "sasha"),
        ("user.changed", "sasha"),
        ("user.unlocked", "sasha"),
        ("user.removed", "sasha"),
        ("password.changed", "admin"),
    ]
