"""Keys in memory match the control file, with a delay of about a second at most."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from passerby.accounts.credentials import LastKnownKeys, ProjectCredentials
from passerby.accounts.errors import NotInitialised
from passerby.accounts.keys import KINDS
from passerby.accounts.records import Project, ProjectSettings
from passerby.accounts.sqlite.feed import SqliteChangeFeed
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.dialects.contract import Credentials

NOW = 1_700_000_000_000


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteProjects]:
    with SqliteProjects(tmp_path / "control.db") as store:
        yield store


@pytest.fixture
def project(store: SqliteProjects) -> Project:
    return store.add_project("shop", NOW)


@pytest.fixture
def credentials(tmp_path: Path, project: Project) -> Iterator[ProjectCredentials]:
    assert project.id == 1
    credentials = ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"))
    yield credentials
    credentials.close()


def test_a_public_key_leads_to_its_project(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    added = store.add_key(project, "segment.write_key", NOW)
    other = store.add_key(store.add_project("other", NOW), "segment.write_key", NOW)
    assert credentials.refresh_if_changed()
    held: Credentials = credentials
    assert held.project("segment.write_key", added.value) == project.id
    assert held.project("segment.write_key", other.value) == 2
    assert held.project("segment.write_key", "unknown") is None
    assert held.project("crossengage.mobile_api_key", added.value) is None


def test_a_secret_opens_its_own_project_only(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    other = store.add_project("other", NOW)
    first, second = (store.add_key(project, "webengage.api_key", NOW).value for _ in range(2))
    foreign = store.add_key(other, "webengage.api_key", NOW).value
    credentials.refresh_if_changed()
    assert credentials.authenticates("webengage.api_key", project.id, first)
    assert credentials.authenticates("webengage.api_key", project.id, second)
    assert not credentials.authenticates("webengage.api_key", project.id, foreign)
    assert not credentials.authenticates("api_token", project.id, first)
    assert not credentials.authenticates("webengage.api_key", 99, first)


def test_what_is_stored_of_a_secret_is_no_key(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials, tmp_path: Path
) -> None:
    import apsw  # noqa: PLC0415 - to read the file itself, which no store offers

    store.add_key(project, "webengage.api_key", NOW)
    credentials.refresh_if_changed()
    stored = apsw.Connection(str(tmp_path / "control.db")).execute("SELECT value FROM key").get
    assert credentials.project("webengage.api_key", stored) is None
    assert not credentials.authenticates("webengage.api_key", project.id, stored)


def test_a_token_leads_to_its_project(store: SqliteProjects, project: Project, credentials: ProjectCredentials) -> None:
    token = store.add_key(project, "api_token", NOW)
    api_key = store.add_key(project, "webengage.api_key", NOW)
    credentials.refresh_if_changed()
    assert credentials.token_project(token.value) == project.id
    assert credentials.token_project(api_key.value) is None
    assert credentials.token_project("") is None


def test_a_secret_alone_leads_to_its_project(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    kind = "crossengage.auth_token"
    other = store.add_project("other", NOW)
    first, second = (store.add_key(project, kind, NOW).value for _ in range(2))
    foreign = store.add_key(other, kind, NOW).value
    assert [credentials.secret_project(kind, each) for each in (first, second, foreign)] == [project.id, project.id, 2]
    assert credentials.secret_project("api_token", first) is None
    assert credentials.secret_project(kind, "") is None


@pytest.mark.parametrize("kind", KINDS)
def test_a_revoked_key_of_any_kind_is_as_good_as_unknown(
    kind: str, store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    added = store.add_key(project, kind, NOW)
    store.revoke_key(project, added.id, NOW)
    credentials.refresh_if_changed()
    assert credentials.project(kind, added.value) is None
    assert not credentials.authenticates(kind, project.id, added.value)
    assert credentials.token_project(added.value) is None
    assert credentials.secret_project(kind, added.value) is None


def test_a_new_key_works_at_once(store: SqliteProjects, project: Project, credentials: ProjectCredentials) -> None:
    public = store.add_key(project, "segment.write_key", NOW).value
    assert credentials.project("segment.write_key", public) == project.id
    secret = store.add_key(project, "webengage.api_key", NOW).value
    assert credentials.authenticates("webengage.api_key", project.id, secret)
    token = store.add_key(project, "api_token", NOW).value
    assert credentials.token_project(token) == project.id


def test_a_key_is_unknown_where_the_file_can_no_longer_be_read(credentials: ProjectCredentials) -> None:
    credentials.close()
    assert credentials.project("segment.write_key", "new") is None
    assert not credentials.authenticates("webengage.api_key", 1, "new")
    assert credentials.token_project("new") is None


def test_nothing_is_read_again_while_nothing_changed(credentials: ProjectCredentials, store: SqliteProjects) -> None:
    assert not credentials.refresh_if_changed()
    store.add_project("other", NOW)
    assert credentials.refresh_if_changed()
    assert not credentials.refresh_if_changed()


def test_settings_and_names_follow_too(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    store.change_settings(project, ProjectSettings(phone_country="PT"))
    credentials.refresh_if_changed()
    assert credentials.settings(project.id).phone_country == "PT"
    assert credentials.settings(99) == ProjectSettings()
    assert credentials.name(project.id) == "shop"
    assert credentials.name(99) is None


def test_a_directory_without_a_control_file_asks_for_init(tmp_path: Path) -> None:
    with pytest.raises(NotInitialised, match="passerby init"):
        ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"))
    assert list(tmp_path.iterdir()) == []


def test_a_control_file_without_a_project_asks_for_init(tmp_path: Path, store: SqliteProjects) -> None:
    assert not store.initialised()
    with pytest.raises(NotInitialised, match="passerby init"):
        ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"))


def test_a_rotated_key_works_until_its_grace_period_ends(
    store: SqliteProjects, project: Project, tmp_path: Path
) -> None:
    time = NOW
    public = store.add_key(project, "segment.write_key", NOW)
    secret = store.add_key(project, "webengage.api_key", NOW)
    token = store.add_key(project, "api_token", NOW)
    fresh = [store.rotate_key(project, each.id, NOW, grace_ms=1_000).value for each in (public, secret, token)]
    held = ProjectCredentials(SqliteChangeFeed(tmp_path / "control.db"), lambda: time)

    def working(values: list[str]) -> list[bool]:
        return [
            held.project("segment.write_key", values[0]) == project.id,
            held.authenticates("webengage.api_key", project.id, values[1]),
            held.token_project(values[2]) == project.id,
        ]

    old = [public.value, secret.value, token.value]
    time = NOW + 999
    assert not held.refresh_if_changed()
    assert (working(old), working(fresh)) == ([True] * 3, [True] * 3)
    time = NOW + 1_000
    assert held.refresh_if_changed()
    assert (working(old), working(fresh)) == ([False] * 3, [True] * 3)
    assert not held.refresh_if_changed()
    held.close()


def test_uses_are_counted_by_key_and_handed_over_once(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    public = store.add_key(project, "segment.write_key", NOW)
    secret = store.add_key(project, "webengage.api_key", NOW)
    token = store.add_key(project, "api_token", NOW)
    for _ in range(2):
        assert credentials.project("segment.write_key", public.value) == project.id
    assert credentials.authenticates("webengage.api_key", project.id, secret.value)
    assert credentials.token_project(token.value) == project.id
    assert credentials.project("segment.write_key", "unknown") is None
    assert not credentials.authenticates("webengage.api_key", project.id, "wrong")
    assert credentials.token_project("wrong") is None
    assert LastKnownKeys(credentials).project("segment.write_key", public.value) == project.id
    assert credentials.take_uses() == {public.id: 2, secret.id: 1, token.id: 1}
    assert credentials.take_uses() == {}


def test_uses_of_a_key_that_was_revoked_since_are_dropped(
    store: SqliteProjects, project: Project, credentials: ProjectCredentials
) -> None:
    key = store.add_key(project, "segment.write_key", NOW)
    assert credentials.project("segment.write_key", key.value) == project.id
    store.revoke_key(project, key.id, NOW)
    credentials.refresh_if_changed()
    assert credentials.take_uses() == {}
