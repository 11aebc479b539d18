"""Conformance of control plane engines: accounts and their change feed."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path

import pytest
from tests.conformance.controls import DAY_MS, ENGINES, NOW

from passerby.accounts.alerting import AlertSettings
from passerby.accounts.credentials import ProjectCredentials
from passerby.accounts.errors import (
    BadKeyValue,
    BadPolicy,
    BadProjectName,
    BadUserName,
    KeyTaken,
    LastAdministrator,
    NoSuchKey,
    NoSuchProject,
    NoSuchUser,
    NotInitialised,
    ProjectExists,
    UnknownKind,
    UserExists,
)
from passerby.accounts.policy import IdentityPolicy
from passerby.accounts.protocol import Projects, Users
from passerby.accounts.records import GRACE_MS, Project, ProjectSettings
from passerby.accounts.scopes import Scope
from passerby.accounts.users import IDLE_MS, LONGEST_MS, MOST_SESSIONS, Role
from passerby.engines import ControlEngine


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> ControlEngine:
    return ENGINES[request.param](tmp_path)


@pytest.fixture
def held() -> Iterator[ExitStack]:
    with ExitStack() as held:
        yield held


@pytest.fixture
def projects(engine: ControlEngine, held: ExitStack) -> Projects:
    return held.enter_context(engine.open_projects())


@pytest.fixture
def shop(projects: Projects) -> Project:
    return projects.add_project("shop", NOW)


@pytest.fixture
def users(engine: ControlEngine, projects: Projects, held: ExitStack) -> Users:
    del projects  # makes the tables
    return held.enter_context(closing(engine.open_users()))


def test_projects_are_kept_oldest_first(engine: ControlEngine, projects: Projects) -> None:
    assert not projects.initialised()
    first = projects.add_project("shop", NOW, ProjectSettings(timezone="Europe/Lisbon"))
    second = projects.add_project("app", NOW + 1)
    with engine.open_projects() as again:
        assert again.initialised()
        assert again.projects() == [first, second]
        assert (again.project("shop"), again.project_numbered(second.id)) == (first, second)


def test_names_of_projects_are_checked_and_taken_once(projects: Projects, shop: Project) -> None:
    other = projects.add_project("app", NOW)
    for bad in ("", "Shop", "a b", "x" * 64):
        with pytest.raises(BadProjectName):
            projects.add_project(bad, NOW)
    with pytest.raises(ProjectExists):
        projects.add_project("app", NOW)
    with pytest.raises(ProjectExists):
        projects.rename_project(shop.id, "app")
    projects.rename_project(other.id, "web")
    assert [each.name for each in projects.projects()] == ["shop", "web"]
    with pytest.raises(NoSuchProject):
        projects.project("app")
    with pytest.raises(NoSuchProject):
        projects.project_numbered(99)


def test_a_transaction_is_all_or_nothing(projects: Projects, shop: Project) -> None:
    def change() -> None:
        with projects.transaction():
            projects.change_settings(shop, ProjectSettings(timezone="Europe/Lisbon"))
            for _ in range(2):
                projects.add_key(shop, "segment.write_key", NOW, value="same-value")

    with pytest.raises(KeyTaken):
        change()
    assert projects.project("shop").settings == ProjectSettings()
    assert projects.keys(shop) == []


def test_keys_are_added_rotated_and_revoked(projects: Projects, shop: Project) -> None:
    other = projects.add_project("app", NOW)
    public = projects.add_key(shop, "segment.write_key", NOW, label="web")
    token = projects.add_key(shop, "api_token", NOW, scopes=[Scope.READ])
    shown = {key.id: key for key in projects.keys(shop)}
    assert (shown[public.id].value, shown[token.id].value) == (public.value, None)
    assert shown[token.id].scopes == {Scope.READ}
    fresh = projects.rotate_key(shop, public.id, NOW, grace_ms=10 * GRACE_MS)
    shown = {key.id: key for key in projects.keys(shop)}
    assert (shown[fresh.id].label, shown[fresh.id].revoked_at) == ("web", None)
    assert shown[public.id].revoked_at == NOW + GRACE_MS
    projects.revoke_key(shop, public.id, NOW + 1)
    projects.revoke_key(shop, public.id, NOW + 2)
    assert next(key.revoked_at for key in projects.keys(shop) if key.id == public.id) == NOW + 1
    changes: tuple[Callable[[], object], ...] = (
        lambda: projects.rotate_key(shop, public.id, NOW),
        lambda: projects.revoke_key(other, fresh.id, NOW),
        lambda: projects.revoke_key(shop, 999, NOW),
    )
    for change in changes:
        with pytest.raises(NoSuchKey):
            change()


def test_a_revoked_key_cannot_be_reused_by_another_project(projects: Projects, shop: Project) -> None:
    other = projects.add_project("app", NOW)
    made = projects.add_key(shop, "segment.write_key", NOW, value="clients-use-it")
    projects.revoke_key(shop, made.id, NOW)
    with pytest.raises(KeyTaken):
        projects.add_key(other, "segment.write_key", NOW, value="clients-use-it")
    with pytest.raises(UnknownKind):
        projects.add_key(shop, "door", NOW)
    with pytest.raises(BadKeyValue):
        projects.add_key(shop, "segment.write_key", NOW, value="!")


def test_keys_with_a_label_are_revoked_together(projects: Projects, shop: Project) -> None:
    for label in ("demo", "demo", "web"):
        projects.add_key(shop, "segment.write_key", NOW, label=label)
    assert projects.revoke_labelled(shop, "demo", NOW) == 2
    assert projects.revoke_labelled(shop, "demo", NOW) == 0
    assert [key.label for key in projects.keys(shop) if key.revoked_at is None] == ["web"]


def test_changes_of_the_policy_are_recorded(projects: Projects, shop: Project) -> None:
    policy = IdentityPolicy(blocked_values=["guest"], namespaces={"card": "contact"})
    projects.set_policy(shop.id, policy, "ann", NOW)
    projects.set_policy(shop.id, policy, "bob", NOW + 1)  # nothing changes
    wider = IdentityPolicy(namespaces={"card": "contact"}, limits={"email": 3})
    projects.set_policy(shop.id, wider, "bob", NOW + 2)
    assert projects.project("shop").settings.policy == wider
    newest, oldest = projects.policy_changes(shop.id, limit=9)
    assert [(each.who, each.before, each.after) for each in (newest, oldest)] == [
        ("bob", policy, wider),
        ("ann", IdentityPolicy(), policy),
    ]
    assert projects.policy_changes(shop.id, limit=1) == [newest]
    assert projects.policy_changes(shop.id, limit=9, before=newest.id) == [oldest]
    with pytest.raises(BadPolicy):
        projects.set_policy(shop.id, IdentityPolicy(), "bob", NOW)
    with pytest.raises(NoSuchProject):
        projects.set_policy(99, policy, "bob", NOW)


def test_annotations_keep_what_is_not_changed(projects: Projects, shop: Project) -> None:
    projects.change_annotation(shop.id, "Seen", "", planned=True, changed_at=NOW, who="ann")
    projects.change_annotation(shop.id, "Seen", "", description="A page view", changed_at=NOW + 1, who="bob")
    projects.change_annotation(shop.id, "", "plan", hidden=True, changed_at=NOW, who="ann")
    trait, event = projects.annotations(shop.id)
    assert (trait.event, trait.attribute, trait.hidden) == ("", "plan", True)
    assert (event.planned, event.description, event.changed_at, event.who) == (True, "A page view", NOW + 1, "bob")


def test_users_have_a_role_in_every_project_or_in_single_ones(users: Users, projects: Projects, shop: Project) -> None:
    other = projects.add_project("app", NOW)
    users.add("ann", Role.ADMIN, "hash", NOW)
    users.add("bob", Role.VIEWER, "hash", NOW, [shop.id])
    users.set_role_in("ann", shop.id, Role.VIEWER)
    users.set_role_in("bob", other.id, Role.ADMIN)
    users.set_role_in("bob", shop.id, None)
    assert [(user.name, user.role, user.projects) for user in users.users()] == [
        ("ann", Role.ADMIN, {shop.id: Role.VIEWER}),
        ("bob", None, {other.id: Role.ADMIN}),
    ]
    assert (projects.users_of(shop.id), projects.users_of(other.id)) == (["ann"], ["ann", "bob"])


def test_names_of_users_are_checked_and_taken_once(users: Users) -> None:
    users.add("ann", Role.ADMIN, "hash", NOW)
    with pytest.raises(UserExists):
        users.add("ann", Role.VIEWER, "hash", NOW)
    for bad in ("", "a b", "-x", "x" * 101):
        with pytest.raises(BadUserName):
            users.add(bad, Role.VIEWER, "hash", NOW)
    changes: tuple[Callable[[], object], ...] = (
        lambda: users.set_password("bob", "hash", NOW),
        lambda: users.set_role("bob", Role.ADMIN),
        lambda: users.set_role_in("bob", 1, Role.ADMIN),
        lambda: users.remove("bob"),
        lambda: users.unlock("bob", NOW),
        lambda: users.open_session("bob", NOW),
        lambda: users.know_device("bob", NOW),
    )
    for change in changes:
        with pytest.raises(NoSuchUser):
            change()


def test_the_last_administrator_stays(users: Users) -> None:
    users.add("ann", Role.ADMIN, "hash", NOW)
    users.add("bob", Role.VIEWER, "hash", NOW)
    changes: tuple[Callable[[], object], ...] = (
        lambda: users.set_role("ann", Role.VIEWER),
        lambda: users.remove("ann"),
    )
    for change in changes:
        with pytest.raises(LastAdministrator):
            change()
    users.set_role("bob", Role.ADMIN)
    users.remove("ann")
    assert [user.name for user in users.users()] == ["bob"]


def test_a_session_ends_when_it_is_idle_old_or_ended(users: Users) -> None:
    users.add("ann", Role.ADMIN, "hash", NOW)
    idle, ended, kept = (users.open_session("ann", NOW) for _ in range(3))
    users.end_session(ended)
    at = NOW
    while at - NOW < LONGEST_MS - IDLE_MS:
        at += IDLE_MS - 1
        assert users.visitor(kept, at) is not None
    assert [users.visitor(token, at) for token in (idle, ended)] == [None, None]
    assert users.visitor(kept, NOW + LONGEST_MS) is None
    assert users.visitor("no token", NOW) is None


def test_another_password_a_removal_and_too_many_sessions_end_sessions(users: Users) -> None:
    users.add("ann", Role.ADMIN, "hash", NOW)
    users.add("bob", Role.VIEWER, "hash", NOW)
    first = users.open_session("ann", NOW)
    for number in range(MOST_SESSIONS):
        users.open_session("ann", NOW + 1 + number)
    assert users.visitor(first, NOW + 2) is None
    assert users.sessions("ann", NOW + MOST_SESSIONS)[0] == MOST_SESSIONS
    users.set_password("ann", "other hash", NOW)
    assert (users.sessions("ann", NOW), users.password("ann")) == ((0, None), "other hash")
    token = users.open_session("bob", NOW)
    users.remove("bob")
    assert (users.visitor(token, NOW), users.password("bob")) == (None, None)


def test_a_browser_is_known_until_another_password(users: Users) -> None:
    users.add("ann", Role.ADMIN, "hash", NOW)
    device = users.know_device("ann", NOW)
    assert users.know_device("ann", NOW + 1, device) == device
    assert users.device_of("ann", device, NOW) != ""
    assert users.device_of("bob", device, NOW) == ""
    users.set_password("ann", "hash", NOW)
    assert users.device_of("ann", device, NOW) == ""
    assert users.unlocked_at("ann") == 0
    users.unlock("ann", NOW)
    assert users.unlocked_at("ann") == NOW


def test_the_feed_contains_projects_settings_and_keys(
    engine: ControlEngine, projects: Projects, users: Users, shop: Project
) -> None:
    users.add("ann", Role.ADMIN, "hash", NOW)
    with closing(engine.open_feed()) as feed:
        first = feed.changes_since(0, NOW)
        assert first is not None
        assert ([each.name for each in first.projects], list(first.keys)) == (["shop"], [])
        assert feed.changes_since(first.revision, NOW) is None
        users.visitor(users.open_session("ann", NOW), NOW + DAY_MS // 3)
        assert feed.changes_since(first.revision, NOW) is None
        found = first
        key = projects.add_key(shop, "segment.write_key", NOW, label="web")
        changes: tuple[Callable[[], object], ...] = (
            lambda: projects.rotate_key(shop, key.id, NOW, grace_ms=1_000),
            lambda: projects.change_settings(shop, ProjectSettings(timezone="Europe/Lisbon")),
            lambda: projects.rename_project(shop.id, "store"),
            lambda: projects.add_project("app", NOW),
        )
        for change in changes:
            change()
            after = feed.changes_since(found.revision, NOW)
            assert after is not None
            assert after.revision > found.revision
            found = after
        assert [(each.name, each.settings.timezone) for each in found.projects] == [
            ("store", "Europe/Lisbon"),
            ("app", "UTC"),
        ]
        assert [(each.label, each.revoked_at) for each in found.keys] == [("web", NOW + 1_000), ("web", None)]
        later = feed.changes_since(0, NOW + 1_000)
        assert later is not None
        assert [each.revoked_at for each in later.keys] == [None]


def test_a_rollback_is_no_change(engine: ControlEngine, projects: Projects, shop: Project) -> None:
    def change() -> None:
        with projects.transaction():
            projects.add_key(shop, "segment.write_key", NOW)
            projects.revoke_key(shop, 999, NOW)

    with closing(engine.open_feed()) as feed:
        first = feed.changes_since(0, NOW)
        assert first is not None
        with pytest.raises(NoSuchKey):
            change()
        assert feed.changes_since(first.revision, NOW) is None


def test_without_a_project_there_is_no_feed(engine: ControlEngine) -> None:
    with pytest.raises(NotInitialised):
        engine.open_feed()
    engine.open_projects().close()
    with pytest.raises(NotInitialised):
        engine.open_feed()


def test_keys_in_memory_follow_the_feed(engine: ControlEngine, projects: Projects, shop: Project) -> None:
    time = NOW
    with closing(ProjectCredentials(engine.open_feed(), lambda: time)) as credentials:
        key = projects.add_key(shop, "segment.write_key", NOW)
        assert credentials.project("segment.write_key", key.value) == shop.id
        projects.rotate_key(shop, key.id, NOW, grace_ms=1_000)
        assert credentials.refresh_if_changed()
        assert credentials.project("segment.write_key", key.value) == shop.id
        time += 1_000
        assert credentials.refresh_if_changed()
        assert credentials.project("segment.write_key", key.value) is None
        assert not credentials.refresh_if_changed()


def test_alert_settings_and_states_are_kept(engine: ControlEngine, projects: Projects) -> None:
    del projects  # makes the tables
    alerting = engine.open_alerting()
    assert (alerting.settings(), alerting.states()) == (AlertSettings(), None)
    alerting.change_settings(AlertSettings(address="https://hooks.example.com/x", lag_seconds=None))
    alerting.keep_states("{}")
    assert engine.open_alerting().settings().lag_seconds is None
    assert engine.open_alerting().states() == "{}"


def test_an_engine_of_the_control_plane_names_its_version(engine: ControlEngine) -> None:
    assert all(engine.version())


def test_a_password_for_an_unknown_user_adds_an_administrator(projects: Projects, users: Users) -> None:
    projects.set_password("ann", "hash", NOW)
    assert users.password("ann") == "hash"
    projects.set_password("ann", "other hash", NOW)
    assert users.password("ann") == "other hash"
    with pytest.raises(LastAdministrator):
        users.set_role("ann", Role.VIEWER)
