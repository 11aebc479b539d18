"""A data directory begins with one project, a key of every kind, and a console user; once."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest

from passerby.accounts import passwords
from passerby.accounts.bootstrap import found_project
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.errors import AlreadyInitialised, ControlFileMissing, PasswordTooShort, ProjectExists
from passerby.accounts.keys import KINDS
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.runtime.bootstrap import init, initialised
from passerby.storage.data_dir import DataDir

PASSWORD = "a password of mine"  # noqa: S105 - a made-up one

SHAPE = {
    "project": str,
    "api_token": str,
    "crossengage": {"mobile_api_key": str, "auth_token": str},
    "webengage": {"license_code": str, "api_key": str},
    "customerlabs": {"app_id": str, "webhook_path": str},
    "antsomi": {"portal_id": int, "prop_id": int},
    "segment": {"write_key": str},
    "console": {"user": str, "password": str},
}


def shape(value: object) -> object:
    return {name: shape(inner) for name, inner in value.items()} if isinstance(value, dict) else type(value)


def test_the_document_has_the_shape_that_was_promised(data: Path) -> None:
    document = msgspec.json.decode(msgspec.json.encode(init(data).document()))
    assert shape(document) == SHAPE
    assert document["project"] == "default"
    assert document["customerlabs"]["webhook_path"].startswith("/source/")
    assert document["customerlabs"]["webhook_path"].endswith("/")


def test_every_key_of_the_document_works(data: Path) -> None:
    keys = init(data)
    credentials = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
    project = credentials.token_project(keys.api_token)
    assert project is not None
    public = {kind: key for kind, key in keys.keys.items() if not KINDS[kind].secret}
    assert len(public) == 7
    assert {credentials.project(kind, key) for kind, key in public.items()} == {project}
    assert credentials.authenticates("webengage.api_key", project, keys.keys["webengage.api_key"])
    assert credentials.secret_project("crossengage.auth_token", keys.keys["crossengage.auth_token"]) == project
    credentials.close()


def test_secrets_are_not_in_the_folder(data: Path) -> None:
    keys = init(data, password=PASSWORD)
    kept = b"".join(file.read_bytes() for file in data.rglob("*") if file.is_file())
    for secret in (
        keys.api_token,
        keys.keys["webengage.api_key"],
        keys.keys["crossengage.auth_token"],
        keys.console.password,
    ):
        assert secret.encode() not in kept


def test_the_console_user_has_the_password_that_was_given(data: Path) -> None:
    keys = init(data, password=PASSWORD)
    assert keys.console.password == PASSWORD
    with SqliteProjects(DataDir(data).control) as store:
        assert passwords.matches(PASSWORD, store.password(keys.console.user) or "")


def test_a_short_password_makes_no_folder(data: Path) -> None:
    with pytest.raises(PasswordTooShort):
        init(data, PASSWORD[:8])
    assert not data.exists()


def test_the_folder_is_its_owners_alone(data: Path) -> None:
    init(data)
    assert data.stat().st_mode & 0o077 == 0


def test_a_folder_is_initialised_once(data: Path) -> None:
    assert not initialised(data)
    init(data)
    assert initialised(data)
    with pytest.raises(AlreadyInitialised, match="already initialised"):
        init(data)


def test_asking_whether_a_folder_is_initialised_makes_nothing(data: Path) -> None:
    assert not initialised(data)
    assert not data.exists()


@pytest.mark.parametrize("left", ["log.db", "state.db"])
def test_messages_whose_projects_are_lost_are_not_given_to_a_new_project(data: Path, left: str) -> None:
    data.mkdir()
    (data / left).touch()
    with pytest.raises(ControlFileMissing, match=r"control\.db"):
        init(data)


def test_keys_can_be_had_by_their_kind(data: Path) -> None:
    keys = init(data)
    document: Any = keys.document()
    assert set(keys.keys) == set(KINDS)
    assert keys.keys["api_token"] == keys.api_token == document["api_token"]
    assert keys.keys["antsomi.portal_id"] == str(document["antsomi"]["portal_id"])
    assert keys.keys["segment.write_key"] == document["segment"]["write_key"]


def test_another_project_has_keys_of_its_own(data: Path) -> None:
    first = init(data)
    with SqliteProjects(DataDir(data).control) as store:
        second = found_project(store, "second")
    assert second.project == "second"
    assert second.api_token != first.api_token
    credentials = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
    assert credentials.token_project(second.api_token) != credentials.token_project(first.api_token)
    credentials.close()


def test_a_project_that_cannot_be_made_leaves_no_keys(data: Path) -> None:
    init(data)
    with SqliteProjects(DataDir(data).control) as store:
        with pytest.raises(ProjectExists):
            found_project(store, "default")
        assert len(store.keys(store.project("default"))) == len(KINDS)
