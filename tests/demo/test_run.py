"""The demo's temporary keys work while it runs, and are revoked however it ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.accounts.bootstrap import FirstKeys
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.demo.errors import NoPublicKey
from passerby.demo.run import LABEL, borrowed_keys
from passerby.runtime.bootstrap import init
from passerby.storage.data_dir import DataDir


@pytest.fixture
def keys(data: Path) -> FirstKeys:
    return init(data)


@pytest.fixture
def store(data: Path, keys: FirstKeys) -> Iterator[SqliteProjects]:
    assert keys.project == "default"
    with SqliteProjects(DataDir(data).control) as store:
        yield store


def test_borrowed_secrets_work_until_the_end(data: Path, keys: FirstKeys, store: SqliteProjects) -> None:
    project = store.project("default")
    with borrowed_keys(store, project) as borrowed:
        credentials = ProjectCredentials(SqliteChangeFeed(DataDir(data).control))
        assert borrowed["crossengage.mobile_api_key"] == keys.keys["crossengage.mobile_api_key"]
        assert credentials.authenticates("webengage.api_key", project.id, borrowed["webengage.api_key"])
        assert credentials.token_project(borrowed["api_token"]) == project.id
    credentials.refresh_if_changed()
    assert not credentials.authenticates("webengage.api_key", project.id, borrowed["webengage.api_key"])
    assert credentials.token_project(borrowed["api_token"]) is None
    credentials.close()


def test_borrowed_secrets_are_revoked_when_the_demo_fails(keys: FirstKeys, store: SqliteProjects) -> None:
    project = store.project(keys.project)
    with pytest.raises(KeyboardInterrupt):
        borrow_and_fail(store)
    assert all(key.revoked_at for key in store.keys(project) if key.label == LABEL)


def borrow_and_fail(store: SqliteProjects) -> None:
    with borrowed_keys(store, store.project("default")):
        raise KeyboardInterrupt


def test_secrets_left_by_a_killed_demo_are_revoked_by_the_next_run(store: SqliteProjects) -> None:
    project = store.project("default")
    left = store.add_key(project, "api_token", 1, label=LABEL)
    with borrowed_keys(store, project):
        assert [key.revoked_at is None for key in store.keys(project) if key.id == left.id] == [False]


def test_a_project_without_public_keys_is_shown_which_to_add(store: SqliteProjects) -> None:
    project = store.project("default")
    for key in store.keys(project):
        store.revoke_key(project, key.id, 1)
    with pytest.raises(NoPublicKey, match=r"passerby keys add crossengage\.mobile_api_key"):
        borrow_and_fail(store)
