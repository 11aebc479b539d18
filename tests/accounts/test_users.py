"""Console users, their sessions and their expiry."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest
from tests.old_files import CONTROL, older

from passerby.accounts import keys
from passerby.accounts.errors import BadUserName, LastAdministrator, NoSuchUser, UserExists
from passerby.accounts.sqlite.projects import SqliteProjects
from passerby.accounts.sqlite.users import SqliteUsers
from passerby.accounts.users import DEVICE_MS, IDLE_MS, LONGEST_MS, MOST_DEVICES, MOST_SESSIONS, RENEW_MS, Role, Visitor

NOW = 1_800_000_000_000


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "control.db"
    SqliteProjects(path).close()
    return path


@pytest.fixture
def users(file: Path) -> Iterator[SqliteUsers]:
    with SqliteUsers(file) as users:
        users.add("robin", Role.ADMIN, "hash of robin's", NOW)
        yield users


def test_a_user_has_the_password_and_the_role_given(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash of sasha's", NOW + 1)
    assert [(user.name, user.role, user.changed_at) for user in users.users()] == [
        ("robin", Role.ADMIN, NOW),
        ("sasha", Role.VIEWER, NOW + 1),
    ]
    assert users.password("sasha") == "hash of sasha's"
    assert users.password("unknown") is None


def test_a_name_is_taken_once(users: SqliteUsers) -> None:
    with pytest.raises(UserExists, match="robin"):
        users.add("robin", Role.VIEWER, "hash", NOW)


@pytest.mark.parametrize("name", ["", "with space", "-first", "x" * 101, "line\n", "<b>"])
def test_a_name_that_could_be_misread_is_refused(users: SqliteUsers, name: str) -> None:
    with pytest.raises(BadUserName):
        users.add(name, Role.VIEWER, "hash", NOW)


def test_a_session_belongs_to_its_user_with_the_role_of_the_moment(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash", NOW)
    token = users.open_session("sasha", NOW)
    assert users.visitor(token, NOW) == Visitor("sasha", Role.VIEWER)
    users.set_role("sasha", Role.ADMIN)
    assert users.visitor(token, NOW) == Visitor("sasha", Role.ADMIN)


def test_only_the_hash_of_a_session_is_stored(users: SqliteUsers, file: Path) -> None:
    token = users.open_session("robin", NOW)
    rows = apsw.Connection(str(file)).execute("SELECT * FROM console_session").fetchall()
    assert token not in str(rows)
    assert keys.digest(token) in str(rows)


def test_an_unissued_session_is_not_valid(users: SqliteUsers) -> None:
    assert users.visitor("made up", NOW) is None


def test_an_unknown_user_gets_no_session(users: SqliteUsers) -> None:
    with pytest.raises(NoSuchUser):
        users.open_session("unknown", NOW)


def test_an_unused_session_expires(users: SqliteUsers) -> None:
    token = users.open_session("robin", NOW)
    assert users.visitor(token, NOW + IDLE_MS - 1)
    assert users.visitor(token, NOW + 2 * IDLE_MS - 2)
    assert users.visitor(token, NOW + 3 * IDLE_MS) is None


def test_use_is_not_written_down_at_every_page(users: SqliteUsers) -> None:
    token = users.open_session("robin", NOW)
    users.visitor(token, NOW + RENEW_MS - 1)
    assert users.visitor(token, NOW + IDLE_MS) is None


def test_a_session_ends_however_much_it_is_used(users: SqliteUsers) -> None:
    token = users.open_session("robin", NOW)
    for at in range(NOW, NOW + LONGEST_MS, IDLE_MS // 2):
        assert users.visitor(token, at)
    assert users.visitor(token, NOW + LONGEST_MS) is None


def test_signing_out_ends_one_session(users: SqliteUsers) -> None:
    one, other = users.open_session("robin", NOW), users.open_session("robin", NOW)
    users.end_session(one)
    assert users.visitor(one, NOW) is None
    assert users.visitor(other, NOW)


def test_another_password_ends_all_sessions_of_that_user(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash", NOW)
    mine, theirs = users.open_session("robin", NOW), users.open_session("sasha", NOW)
    users.set_password("robin", "another hash", NOW + 1)
    assert users.password("robin") == "another hash"
    assert users.visitor(mine, NOW + 1) is None
    assert users.visitor(theirs, NOW + 1)


def test_a_removed_user_loses_access_at_once(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash", NOW)
    token = users.open_session("sasha", NOW)
    users.remove("sasha")
    assert users.visitor(token, NOW) is None
    assert [user.name for user in users.users()] == ["robin"]


def test_the_last_administrator_stays_one(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash", NOW)
    with pytest.raises(LastAdministrator):
        users.remove("robin")
    with pytest.raises(LastAdministrator):
        users.set_role("robin", Role.VIEWER)
    users.set_role("sasha", Role.ADMIN)
    users.remove("robin")
    assert [user.role for user in users.users()] == [Role.ADMIN]


@pytest.mark.parametrize("change", ["remove", "set_password", "set_role"])
def test_an_unknown_user_cannot_be_changed(users: SqliteUsers, change: str) -> None:
    further: dict[str, tuple[object, ...]] = {"set_password": ("hash", NOW), "set_role": (Role.ADMIN,)}
    with pytest.raises(NoSuchUser):
        getattr(users, change)("unknown", *further.get(change, ()))


def test_one_user_holds_a_bounded_number_of_sessions(users: SqliteUsers, file: Path) -> None:
    tokens = [users.open_session("robin", NOW + n) for n in range(MOST_SESSIONS + 1)]
    assert users.visitor(tokens[0], NOW + MOST_SESSIONS) is None
    assert users.visitor(tokens[1], NOW + MOST_SESSIONS)
    users.open_session("robin", NOW + 2 * LONGEST_MS)
    assert apsw.Connection(str(file)).execute("SELECT count(*) FROM console_session").get == 1


def test_sessions_are_read_from_several_threads(users: SqliteUsers) -> None:
    token = users.open_session("robin", NOW)
    seen: list[Visitor | None] = []
    threads = [
        threading.Thread(target=lambda: seen.extend(users.visitor(token, NOW + RENEW_MS + n) for n in range(50)))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert seen == [Visitor("robin", Role.ADMIN)] * 200


def test_users_from_before_roles_are_administrators(tmp_path: Path) -> None:
    file = tmp_path / "control.db"
    with older(file, CONTROL, 1) as old:
        old.execute("INSERT INTO console_user VALUES ('admin', 'hash', 1)")
    SqliteProjects(file).close()
    with SqliteUsers(file) as users:
        assert [(user.name, user.role) for user in users.users()] == [("admin", Role.ADMIN)]


def test_a_browser_that_has_signed_in_is_known_for_its_user_alone(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash", NOW)
    device = users.know_device("robin", NOW)
    assert users.device_of("robin", device, NOW + DEVICE_MS - 1)
    assert users.device_of("robin", device, NOW + DEVICE_MS) == ""
    assert users.device_of("sasha", device, NOW) == ""
    assert users.device_of("robin", "forged", NOW) == ""
    assert users.know_device("robin", NOW + 1, device) == device
    assert users.know_device("sasha", NOW + 1, device) != device
    with pytest.raises(NoSuchUser):
        users.know_device("unknown", NOW)


def test_devices_are_forgotten_with_the_password_and_the_user(users: SqliteUsers) -> None:
    users.add("sasha", Role.VIEWER, "hash", NOW)
    device = users.know_device("sasha", NOW)
    users.set_password("sasha", "other", NOW)
    assert users.device_of("sasha", device, NOW) == ""
    device = users.know_device("sasha", NOW)
    users.remove("sasha")
    assert users.device_of("sasha", device, NOW) == ""


def test_the_known_devices_of_a_user_are_bounded(users: SqliteUsers) -> None:
    first = users.know_device("robin", NOW)
    for n in range(MOST_DEVICES):
        users.know_device("robin", NOW + 1 + n)
    assert users.device_of("robin", first, NOW + 100) == ""


def test_an_unlock_is_remembered(users: SqliteUsers) -> None:
    assert users.unlocked_at("robin") == 0
    users.unlock("robin", NOW)
    users.unlock("robin", NOW + 5)
    assert users.unlocked_at("robin") == NOW + 5
    assert users.unlocked_at("unknown") == 0
    with pytest.raises(NoSuchUser):
        users.unlock("unknown", NOW)


def test_a_role_holds_in_every_project_or_in_single_ones(users: SqliteUsers, file: Path) -> None:
    with SqliteProjects(file) as store:
        shop, blog = (store.add_project(name, NOW).id for name in ("shop", "blog"))
    users.add("sasha", Role.VIEWER, "hash", NOW, [shop])
    token = users.open_session("sasha", NOW)

    def roles() -> list[Role | None]:
        visitor = users.visitor(token, NOW)
        assert visitor is not None
        return [visitor.role_in(shop), visitor.role_in(blog)]

    assert roles() == [Role.VIEWER, None]
    users.set_role_in("sasha", blog, Role.ADMIN)
    assert roles() == [Role.VIEWER, Role.ADMIN]
    users.set_role("sasha", Role.VIEWER)
    assert roles() == [Role.VIEWER, Role.ADMIN]
    users.set_role_in("sasha", blog, None)
    assert roles() == [Role.VIEWER, Role.VIEWER]
    users.set_role("sasha", None)
    assert roles() == [Role.VIEWER, None]
    (sasha,) = (user for user in users.users() if user.name == "sasha")
    assert (sasha.role, sasha.projects) == (None, {shop: Role.VIEWER})
    with SqliteProjects(file) as store:
        assert store.users_of(shop) == ["robin", "sasha"]
        assert store.users_of(blog) == ["robin"]
    with pytest.raises(NoSuchUser):
        users.set_role_in("unknown", shop, Role.VIEWER)
    with pytest.raises(LastAdministrator):
        users.set_role("robin", None)


def test_a_name_that_is_taken_gets_no_roles(users: SqliteUsers, file: Path) -> None:
    with SqliteProjects(file) as store:
        shop = store.add_project("shop", NOW).id
    with pytest.raises(UserExists):
        users.add("robin", Role.VIEWER, "hash", NOW, [shop])
    assert users.users()[0].projects == {}


def test_users_of_an_older_file_keep_their_role_in_every_project(tmp_path: Path) -> None:
    file = tmp_path / "control.db"
    with older(file, CONTROL, 3) as old:
        old.execute("INSERT INTO console_user VALUES ('robin', 'hash', 1, 'admin'), ('sasha', 'hash', 1, 'viewer')")
    SqliteProjects(file).close()
    with SqliteUsers(file) as users:
        tokens = [users.open_session(name, NOW) for name in ("robin", "sasha")]
        visitors = [users.visitor(token, NOW) for token in tokens]
    assert [visitor and visitor.role_in(7) for visitor in visitors] == [Role.ADMIN, Role.VIEWER]
