"""A token has the permissions of its scopes; one from before scopes has all."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest
from tests.old_files import CONTROL, older

from passerby.accounts import keys
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.errors import BadProjectName, NoSuchKey, ProjectExists
from passerby.accounts.scopes import EVERY, Scope
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects

NOW = 1_790_000_000_000


def test_a_tokens_scopes_are_known_while_it_works(tmp_path: Path) -> None:
    with SqliteProjects(tmp_path / "control.db") as store:
        project = store.add_project("shop", NOW)
        some = store.add_key(project, "api_token", NOW, scopes=[Scope.READ])
        every = store.add_key(project, "api_token", NOW)
        with closing(ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"))) as credentials:
            assert credentials.token_scopes(some.value) == {Scope.READ}
            assert credentials.token_scopes(every.value) == EVERY
            assert credentials.token_scopes("unknown") == frozenset()
            store.revoke_key(project, some.id, NOW)
            credentials.refresh_if_changed()
            assert credentials.token_scopes(some.value) == frozenset()
            assert credentials.is_alone(project.id)
            store.add_project("other", NOW)
            credentials.refresh_if_changed()
            assert not credentials.is_alone(project.id)


def test_tokens_of_a_file_from_before_there_were_scopes_may_do_everything(tmp_path: Path) -> None:
    token = keys.new_value("api_token")
    with older(tmp_path / "control.db", CONTROL, 2) as old:
        old.execute("INSERT INTO project VALUES (1, 'shop', 1, '{}')")
        row = (keys.stored("api_token", token), NOW)
        old.execute("INSERT INTO key VALUES (1, 1, 'api_token', ?, 'old', ?, NULL)", row)
    with SqliteProjects(tmp_path / "control.db") as store:
        (key,) = store.keys(store.project("shop"))
        assert (key.label, key.scopes) == ("old", EVERY)
    with closing(ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"))) as credentials:
        assert credentials.token_scopes(token) == EVERY


def test_a_rotated_key_has_the_scopes_and_the_label_of_the_one_before(tmp_path: Path) -> None:
    with SqliteProjects(tmp_path / "control.db") as store:
        project = store.add_project("shop", NOW)
        old = store.add_key(project, "api_token", NOW, label="reports", scopes=[Scope.READ])
        fresh = store.rotate_key(project, old.id, NOW + 1)
        before, after = store.keys(project)
        assert (before.id, before.revoked_at) == (old.id, NOW + 1)
        assert (after.id, after.label, after.scopes, after.revoked_at) == (
            fresh.id,
            "reports",
            frozenset({Scope.READ}),
            None,
        )
        with pytest.raises(NoSuchKey):
            store.rotate_key(project, old.id, NOW)


def test_a_project_gets_another_name_unless_that_is_taken_or_none(tmp_path: Path) -> None:
    with SqliteProjects(tmp_path / "control.db") as store:
        project = store.add_project("shop", NOW)
        store.add_project("other", NOW)
        store.rename_project(project.id, "store")
        assert store.project("store").id == project.id
        with pytest.raises(ProjectExists):
            store.rename_project(project.id, "other")
        with pytest.raises(BadProjectName):
            store.rename_project(project.id, "No Name")
