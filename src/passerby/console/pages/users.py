"""Who may use the console: added, changed and removed by administrators; everybody changes their own password."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from msgspec import Meta

from passerby.accounts import passwords
from passerby.accounts.errors import PasswordTooShort
from passerby.accounts.users import Role
from passerby.console.access import Need
from passerby.console.rendering import iso_of
from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.throttle import Attempt
from passerby.console.units import delay
from passerby.services import users
from passerby.services.errors import invalid

Name = Annotated[str, Meta(max_length=200)]
Password = Annotated[str, Meta(max_length=1_000)]


class UserShown(msgspec.Struct, kw_only=True):
    """A user of the console."""

    name: str
    role: Role | None
    projects: dict[str, Role]
    password_set_at: str


class UsersView(msgspec.Struct, kw_only=True):
    """The console's users, for those who have a role in every project; others see themselves. `projects`: all names."""

    users: list[UserShown]
    projects: list[str]


class RemovalView(msgspec.Struct, kw_only=True):
    """A user who is about to be removed: their open sessions, and when one of them was used last."""

    name: str
    sessions: int
    last_seen_at: str | None


class NewUser(msgspec.Struct, kw_only=True):
    """The form for another user. Without a password, a random one is made."""

    name: Name
    role: Role = Role.VIEWER
    project: Name = ""
    password: Password = ""


class ChangedUser(msgspec.Struct, kw_only=True):
    """The form for one who is there: another role, another password (empty: a random one), or no access any more."""

    name: Name
    role: Literal["viewer", "admin", "none"] = "viewer"
    project: Name = ""
    password: Password = ""


class OwnPassword(msgspec.Struct, kw_only=True):
    """The form for a password of one's own."""

    current: Password
    new: Password


async def gather(visit: NamedDependency[Visit]) -> UsersView:
    found = await visit.run(users.list_users, visit.on_server)
    names = visit.reception.projects.names()
    shown = [
        UserShown(
            name=user.name,
            role=user.role,
            projects={names[number]: role for number, role in user.projects.items() if number in names},
            password_set_at=iso_of(user.changed_at),
        )
        for user in found
    ]
    return UsersView(users=shown, projects=visit.project_names)


async def add(visit: NamedDependency[Visit], data: URLEncodedBody[NewUser]) -> Response[Any]:
    password = data.password or passwords.new_password()
    stored = await _hashed(visit, password)
    await visit.run(users.add_user, visit.on_server, data.name, data.role, stored, _projects(data.project))
    return _told(visit, data.name, password, given=bool(data.password), said="user-added")


async def change_role(visit: NamedDependency[Visit], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    role = None if data.role == "none" else Role(data.role)
    await visit.run(users.change_role, visit.on_server, data.name, role, _projects(data.project))
    return done(visit, "/settings/users", "user-changed")


async def change_password(visit: NamedDependency[Visit], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    password = data.password or passwords.new_password()
    stored = await _hashed(visit, password)
    await visit.run(users.set_password, visit.on_server, data.name, stored)
    return _told(visit, data.name, password, given=bool(data.password), said="password-changed")


async def gather_removal(visit: NamedDependency[Visit], name: FromQuery[str]) -> RemovalView:
    open_sessions, seen_at = await visit.run(users.open_sessions, visit.on_server, name)
    return RemovalView(name=name, sessions=open_sessions, last_seen_at=iso_of(seen_at) if seen_at else None)


async def remove(visit: NamedDependency[Visit], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    await visit.run(users.remove_user, visit.on_server, data.name)
    return done(visit, "/settings/users", "user-removed")


async def change_own(visit: NamedDependency[Visit], data: URLEncodedBody[OwnPassword]) -> Response[Any]:
    """Whoever sits at a screen that somebody left open does not know the current one."""
    throttle, name, now = visit.reception.throttle, visit.visitor.name, visit.context.now()
    attempt = Attempt(name, "", device=f"session of {name}")
    if wait := throttle.wait_ms(attempt, now):
        raise invalid("current", f"there were too many wrong passwords; try again in {delay(wait)}")
    throttle.tried(attempt, now)
    stored = await visit.run(visit.context.users.password, name) or ""
    if not await visit.reception.passwords.run(passwords.matches, data.current, stored):
        raise invalid("current", "this is not your current password")
    throttle.succeeded(attempt)
    hashed = await _hashed(visit, data.new, "new")
    await visit.run(users.set_own_password, visit.on_server, hashed)
    return done(visit, "/settings/users", "password-changed")


def _projects(name: str) -> list[str]:
    return [name] if name else []


async def _hashed(visit: Visit, password: str, field: str = "password") -> str:
    try:
        return await visit.reception.passwords.run(passwords.hashed, password)
    except PasswordTooShort as error:
        raise invalid(field, str(error)) from None


def _told(visit: Visit, name: str, password: str, *, given: bool, said: str) -> Response[Any]:
    """A password that was made here is shown, once."""
    if given:
        return done(visit, "/settings/users", said)
    return page("new-password.html", visit=visit, name=name, password=password)


routes = [
    screen("/settings/users", gather, "users.html"),
    action("/settings/users/add", add, need=Need.OWNER, page="/settings/users"),
    action("/settings/users/role", change_role, need=Need.OWNER, page="/settings/users"),
    action("/settings/users/password", change_password, need=Need.OWNER, page="/settings/users"),
    screen("/settings/users/remove", gather_removal, "user-remove.html", need=Need.OWNER),
    action("/settings/users/remove", remove, need=Need.OWNER, page="/settings/users"),
    action("/settings/users/own-password", change_own, need=Need.VIEWER, page="/settings/users"),
]
