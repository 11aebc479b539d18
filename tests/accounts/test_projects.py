"""The control file keeps projects and keys, and keeps projects apart."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import apsw
import pytest

from passerby.accounts.errors import (
    BadKeyValue,
    BadProjectName,
    KeyTaken,
    NoSuchKey,
    NoSuchProject,
    ProjectExists,
    UnknownKind,
)
from passerby.accounts.records import GRACE_MS, Project, ProjectSettings
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.storage.migrations import NewerFile

NOW = 1_700_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteProjects]:
    with SqliteProjects(tmp_path / "control.db") as store:
        yield store


@pytest.fixture
def project(store: SqliteProjects) -> Project:
    return store.add_project("shop", NOW)


def test_a_project_is_found_again_by_its_name(store: SqliteProjects, project: Project) -> None:
    assert store.project("shop") == project
    assert store.projects() == [project]


def test_a_project_has_the_zone_that_its_settings_name() -> None:
    noon = datetime(2026, 7, 1, 12, tzinfo=ProjectSettings(timezone="Europe/Lisbon").zone)
    assert noon.utcoffset() == timedelta(hours=1)
    assert ProjectSettings().zone.utcoffset(noon) == timedelta()


@pytest.mark.parametrize("name", ["Nowhere/Land", "", "../secret", "/etc/passwd", "Europe", "\0"])
def test_a_zone_that_this_machine_does_not_know_is_utc(name: str) -> None:
    assert ProjectSettings(timezone=name).zone is UTC


def test_a_new_file_holds_no_project(store: SqliteProjects) -> None:
    assert not store.initialised()
    store.add_project("shop", NOW)
    assert store.initialised()


def test_projects_get_small_numbers(store: SqliteProjects) -> None:
    assert [store.add_project(name, NOW).id for name in ("a", "b", "c")] == [1, 2, 3]


def test_a_name_is_given_once(store: SqliteProjects, project: Project) -> None:
    with pytest.raises(ProjectExists, match=project.name):
        store.add_project(project.name, NOW)


@pytest.mark.parametrize("name", ["", "Shop", "-shop", "a b", "a/b", "a" * 64, "a\n"])
def test_a_name_that_is_not_valid_in_a_path_is_rejected(store: SqliteProjects, name: str) -> None:
    with pytest.raises(BadProjectName):
        store.add_project(name, NOW)


def test_an_unknown_project_is_reported(store: SqliteProjects) -> None:
    with pytest.raises(NoSuchProject, match="shop"):
        store.project("shop")


def test_settings_are_changed_and_kept(tmp_path: Path, store: SqliteProjects, project: Project) -> None:
    settings = ProjectSettings(timezone="Europe/Lisbon", phone_country="PT", blocked_values=("guest",))
    store.change_settings(project, settings)
    with SqliteProjects(tmp_path / "control.db") as again:
        assert again.project("shop").settings == settings


def test_settings_of_an_older_file_have_defaults_for_what_is_new(tmp_path: Path, store: SqliteProjects) -> None:
    store.add_project("shop", NOW)
    apsw.Connection(str(tmp_path / "control.db")).execute('UPDATE project SET settings = \'{"timezone":"CET"}\'')
    assert store.project("shop").settings == ProjectSettings(timezone="CET")


def test_a_secret_is_shown_when_it_is_made_and_never_again(
    tmp_path: Path, store: SqliteProjects, project: Project
) -> None:
    added = store.add_key(project, "api_token", NOW, label="for reports")
    (listed,) = store.keys(project)
    assert (listed.id, listed.kind, listed.value, listed.label) == (added.id, "api_token", None, "for reports")
    assert added.value.encode() not in (tmp_path / "control.db-wal").read_bytes()


def test_a_public_key_can_be_read_again(store: SqliteProjects, project: Project) -> None:
    added = store.add_key(project, "segment.write_key", NOW)
    assert [key.value for key in store.keys(project)] == [added.value]


def test_clients_keep_the_key_that_they_have(store: SqliteProjects, project: Project) -> None:
    added = store.add_key(project, "webengage.license_code", NOW, value="in~~1234c456")
    assert added.value == "in~~1234c456"


def test_a_revoked_key_cannot_be_reused_by_another_project(store: SqliteProjects, project: Project) -> None:
    added = store.add_key(project, "segment.write_key", NOW)
    store.revoke_key(project, added.id, NOW)
    other = store.add_project("other", NOW)
    with pytest.raises(KeyTaken):
        store.add_key(other, "segment.write_key", NOW, value=added.value)


def test_a_key_of_unknown_kind_or_form_is_refused(store: SqliteProjects, project: Project) -> None:
    with pytest.raises(UnknownKind):
        store.add_key(project, "segment.key", NOW)
    with pytest.raises(BadKeyValue):
        store.add_key(project, "segment.write_key", NOW, value="a b")


def test_a_revoked_key_keeps_the_time_at_which_it_was_first_revoked(store: SqliteProjects, project: Project) -> None:
    added = store.add_key(project, "segment.write_key", NOW)
    store.revoke_key(project, added.id, NOW + 1)
    store.revoke_key(project, added.id, NOW + 2)
    assert [key.revoked_at for key in store.keys(project)] == [NOW + 1]


def test_one_project_cannot_revoke_anothers_key(store: SqliteProjects, project: Project) -> None:
    added = store.add_key(project, "segment.write_key", NOW)
    other = store.add_project("other", NOW)
    with pytest.raises(NoSuchKey, match="other"):
        store.revoke_key(other, added.id, NOW)
    assert [key.revoked_at for key in store.keys(project)] == [None]
    assert store.keys(other) == []


def test_keys_are_revoked_together_by_their_label(store: SqliteProjects, project: Project) -> None:
    for label in ("demo", "demo", ""):
        store.add_key(project, "api_token", NOW, label=label)
    assert store.revoke_labelled(project, "demo", NOW) == 2
    assert [key.revoked_at for key in store.keys(project)] == [NOW, NOW, None]


def test_a_console_users_password_is_replaced(store: SqliteProjects) -> None:
    store.set_password("admin", "first", NOW)
    store.set_password("admin", "second", NOW)
    assert store.password("admin") == "second"
    assert store.password("unknown") is None


def test_changes_made_together_are_kept_together_or_not_at_all(store: SqliteProjects) -> None:
    with pytest.raises(ProjectExists):
        add_twice(store)
    assert store.projects() == []


def add_twice(store: SqliteProjects) -> None:
    with store.transaction():
        store.add_project("shop", NOW)
        store.add_project("shop", NOW)


def test_a_file_of_a_later_version_is_left_alone(tmp_path: Path, store: SqliteProjects) -> None:
    store.close()
    apsw.Connection(str(tmp_path / "control.db")).pragma("user_version", 99)
    with pytest.raises(NewerFile, match=r"control\.db"):
        SqliteProjects(tmp_path / "control.db")


def test_a_key_in_its_grace_period_can_be_revoked_and_not_rotated_again(store: SqliteProjects) -> None:
    project = store.add_project("rotating", NOW)
    old = store.add_key(project, "segment.write_key", NOW)
    fresh = store.rotate_key(project, old.id, NOW, grace_ms=10 * GRACE_MS)
    with pytest.raises(NoSuchKey):
        store.rotate_key(project, old.id, NOW)
    before, current = store.keys(project)
    assert (before.revoked_at, before.works(NOW), before.works(NOW + GRACE_MS)) == (NOW + GRACE_MS, True, False)
    assert (current.id, current.works(NOW + GRACE_MS)) == (fresh.id, True)
    store.revoke_key(project, old.id, NOW + 1)
    assert store.keys(project)[0].revoked_at == NOW + 1
    store.revoke_key(project, old.id, NOW + 5)
    assert store.keys(project)[0].revoked_at == NOW + 1


def test_keys_in_their_grace_period_are_revoked_with_their_label(store: SqliteProjects) -> None:
    project = store.add_project("labelled", NOW)
    old = store.add_key(project, "segment.write_key", NOW, label="demo")
    store.rotate_key(project, old.id, NOW, grace_ms=1_000)
    assert store.revoke_labelled(project, "demo", NOW + 1) == 2
    assert [key.revoked_at for key in store.keys(project)] == [NOW + 1] * 2
