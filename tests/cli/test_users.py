"""`passerby users`: the users of the console."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.cli.conftest import Command

from passerby.accounts import passwords
from passerby.accounts.sqlite.users import SqliteUsers
from passerby.cli.bootstrap import apply_given_password
from passerby.storage.data_dir import DataDir

PASSWORD = "a password of mine"  # noqa: S105 - used in tests only

pytestmark = pytest.mark.usefixtures("keys")


def fits(data: Path, name: str, password: str) -> bool:
    with SqliteUsers(DataDir(data).control) as users:
        return passwords.matches(password, users.password(name) or "")


def test_a_new_user_is_a_viewer_with_a_random_password(passerby: Command, data: Path) -> None:
    made = passerby("users", "add", "sasha", "--json").json
    assert fits(data, "sasha", made["password"])
    listed = passerby("users", "list", "--json").json
    assert [(user["name"], user["role"]) for user in listed] == [("admin", "admin"), ("sasha", "viewer")]


def test_a_password_can_be_given_by_the_environment(
    passerby: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", PASSWORD)
    done = passerby("users", "add", "sasha", "--role", "admin")
    assert PASSWORD not in done.out
    assert fits(data, "sasha", PASSWORD)


def test_a_forgotten_password_is_replaced(passerby: Command, data: Path) -> None:
    made = passerby("users", "password", "admin").out.split()[-1]
    assert fits(data, "admin", made)


def test_a_short_password_is_refused(passerby: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", "short")
    done = passerby("users", "password", "admin")
    assert done.code == 1
    assert "at least" in done.err


def test_roles_are_changed_and_users_removed(passerby: Command) -> None:
    passerby("users", "add", "sasha")
    assert "Role of sasha: admin" in passerby("users", "role", "sasha", "admin").out
    assert "Removed admin." in passerby("users", "remove", "admin").out
    assert "sasha" in passerby("users", "list").out
    refused = passerby("users", "remove", "sasha")
    assert refused.code == 1
    assert "only administrator" in refused.err


def test_password_creates_the_first_user_again_after_removal(passerby: Command, data: Path) -> None:
    passerby("users", "add", "sasha", "--role", "admin")
    passerby("users", "remove", "admin")
    assert fits(data, "admin", passerby("password", "--json").json["password"])


def test_a_server_applies_the_password_from_the_environment(
    passerby: Command, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = passerby("password", "--json").json["password"]
    apply_given_password(DataDir(data))
    assert fits(data, "admin", before)
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", PASSWORD)
    apply_given_password(DataDir(data))
    apply_given_password(DataDir(data))
    assert fits(data, "admin", PASSWORD)


def test_applying_a_password_creates_no_data_directory(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PASSERBY_CONSOLE_PASSWORD", PASSWORD)
    apply_given_password(DataDir(tmp_path / "none"))
    assert not (tmp_path / "none").exists()


def test_a_role_can_be_given_in_single_projects(passerby: Command) -> None:
    for name in ("shop", "blog"):
        passerby("projects", "add", name)
    passerby("users", "add", "sasha", "--project", "shop")
    assert (
        "Role of sasha: admin (projects: blog)" in passerby("users", "role", "sasha", "admin", "--project", "blog").out
    )
    (sasha,) = (user for user in passerby("users", "list", "--json").json if user["name"] == "sasha")
    assert (sasha["role"], sasha["projects"]) == (None, {"shop": "viewer", "blog": "admin"})
    assert "viewer of shop, admin of blog" in passerby("users", "list").out
    passerby("users", "role", "sasha", "none", "--project", "shop")
    assert "viewer of shop" not in passerby("users", "list").out
    assert passerby("users", "add", "kim", "--project", "nowhere").code == 1
    assert "kim" not in passerby("users", "list").out
