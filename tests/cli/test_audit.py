"""Changes by commands are in the audit log with the command line as the actor; tokens get the scopes given."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from tests.cli.conftest import Command

from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.audit.protocol import SERVER, View
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
    assert [each.action for each in reversed(entries)] == [
        "project.added",
        "key.added",
        "key.revoked",
        "project.changed",
        "policy.changed",
    ]
    assert {each.outcome for each in entries} == {"done"}
    assert entries[1].details == {"timezone": "Europe/Lisbon"}


def test_the_first_project_of_a_data_directory_is_in_the_audit_log(data: Path) -> None:
    with SqliteAuditLog(DataDir(data).audit) as log:
        (entry,) = log.page(1, limit=10)
    assert (entry.who, entry.action, entry.subject) == ("the command line", "project.added", "default")
    assert entry.details == {"console_user": "admin"}


def test_a_directory_that_is_initialised_already_gets_no_entry(passerby: Command, data: Path) -> None:
    assert passerby("init").code == 1
    with SqliteAuditLog(DataDir(data).audit) as log:
        assert len(log.page(View(1, server=True), limit=10)) == 1


KILLED = """
import os, signal, sys
from passerby.accounts.sqlite.users import SqliteUsers
from passerby.audit.sqlite.log import SqliteAuditLog
from passerby.cli import run

killed = {"before": (SqliteUsers, "add"), "after": (SqliteAuditLog, "complete")}[sys.argv[1]]
setattr(*killed, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
run(sys.argv[2:])
"""
"""Runs a command that is killed before its change, or between the change and its record."""


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_change_during_which_the_command_is_killed_has_an_entry_of_unknown_outcome(
    passerby: Command, data: Path, moment: str
) -> None:
    words = [sys.executable, "-c", KILLED, moment, "users", "add", "sasha", "--data", str(data)]
    assert subprocess.run(words, check=False, capture_output=True).returncode == -signal.SIGKILL
    users = {user["name"] for user in passerby("users", "list", "--json").json}
    assert ("sasha" in users) is (moment == "after")
    with SqliteAuditLog(DataDir(data).audit) as log:
        (entry,) = log.page(SERVER, limit=10)
    assert (entry.who, entry.action, entry.subject, entry.outcome) == (
        "the command line",
        "user.added",
        "sasha",
        "unknown",
    )


def test_a_change_that_a_rule_refuses_has_no_entry(passerby: Command, data: Path) -> None:
    assert passerby("users", "remove", "admin").code == 1
    assert passerby("keys", "add", "door").code == 1
    with SqliteAuditLog(DataDir(data).audit) as log:
        assert [each.action for each in log.page(View(1, server=True), limit=10)] == ["project.added"]


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
