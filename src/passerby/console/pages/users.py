"""Who may use the console: added, changed and removed by administrators; everybody changes their own password."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Literal

import msgspec
from litestar import Response
from litestar.di import NamedDependency
from litestar.params import FromQuery, URLEncodedBody
from msgspec import Meta

from passerby.console.access import Need
from passerby.console.rendering import iso_of
from passerby.console.screens import Visit, action, done, page, screen
from passerby.console.throttle import Attempt
from passerby.console.units import delay
from passerby.projects import passwords
from passerby.projects.errors import LastAdministrator, ProjectError
from passerby.projects.users import Role
from passerby.services.errors import invalid, not_found

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
    users = await visit.run(visit.reception.users.users)
    names = visit.reception.projects.names()
    shown = [
        UserShown(
            name=user.name,
            role=user.role,
            projects={names[number]: role for number, role in user.projects.items() if number in names},
            password_set_at=iso_of(user.changed_at),
        )
        for user in users
        if visit.visitor.role is not None or user.name == visit.visitor.name
    ]
    return UsersView(users=shown, projects=visit.project_names)


async def add(visit: NamedDependency[Visit], data: URLEncodedBody[NewUser]) -> Response[Any]:
    password = data.password or passwords.new_password()
    users, now = visit.reception.users, visit.desk.now()
    stored = await _hashed(visit, password)
    projects = [_number(visit, data.project)] if data.project else []
    await _asked(visit, lambda: users.add(data.name, data.role, stored, now, projects))
    await visit.note_on_server("user.added", data.name, _given(data.role, data.project))
    return _told(visit, data.name, password, given=bool(data.password), said="user-added")


async def change_role(visit: NamedDependency[Visit], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    users, role = visit.reception.users, None if data.role == "none" else Role(data.role)
    if data.project:
        number = _number(visit, data.project)
        await _asked(visit, lambda: users.set_role_in(data.name, number, role))
    else:
        await _asked(visit, lambda: users.set_role(data.name, role))
    await visit.note_on_server("user.changed", data.name, _given(data.role, data.project))
    return done(visit, "/settings/users", "user-changed")


async def change_password(visit: NamedDependency[Visit], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    password = data.password or passwords.new_password()
    users, now = visit.reception.users, visit.desk.now()
    stored = await _hashed(visit, password)
    await _asked(visit, lambda: users.set_password(data.name, stored, now))
    await visit.note_on_server("password.changed", data.name)
    return _told(visit, data.name, password, given=bool(data.password), said="password-changed")


async def gather_removal(visit: NamedDependency[Visit], name: FromQuery[str]) -> RemovalView:
    users, now = visit.reception.users, visit.desk.now()
    if await visit.run(users.password, name) is None:
        raise not_found("user")
    open_sessions, seen_at = await visit.run(users.sessions, name, now)
    return RemovalView(name=name, sessions=open_sessions, last_seen_at=iso_of(seen_at) if seen_at else None)


async def remove(visit: NamedDependency[Visit], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    await _asked(visit, lambda: visit.reception.users.remove(data.name))
    await visit.note_on_server("user.removed", data.name)
    return done(visit, "/settings/users", "user-removed")


async def change_own(visit: NamedDependency[Visit], data: URLEncodedBody[OwnPassword]) -> Response[Any]:
    """Whoever sits at a screen that somebody left open does not know the current one."""
    users, throttle, name, now = visit.reception.users, visit.reception.throttle, visit.visitor.name, visit.desk.now()
    attempt = Attempt(name, "", device=f"session of {name}")
    if wait := throttle.wait_ms(attempt, now):
        raise invalid("current", f"there were too many wrong passwords; try again in {delay(wait)}")
    throttle.tried(attempt, now)
    stored = await visit.run(users.password, name) or ""
    if not await visit.reception.passwords.run(passwords.matches, data.current, stored):
        raise invalid("current", "this is not your current password")
    throttle.succeeded(attempt)
    hashed = await _hashed(visit, data.new, "new")
    await _asked(visit, lambda: users.set_password(name, hashed, now))
    await visit.note_on_server("password.changed", name)
    return done(visit, "/settings/users", "password-changed")


def _number(visit: Visit, project: str) -> int:
    """The number of a project. Raises ApiError where there is none of that name."""
    for number, name in visit.reception.projects.names().items():
        if name == project:
            return number
    raise invalid("project", "there is no such project")


def _given(role: str, project: str) -> dict[str, str]:
    return {"role": role, "project": project} if project else {"role": role}


async def _hashed(visit: Visit, password: str, field: str = "password") -> str:
    try:
        return await visit.reception.passwords.run(passwords.hashed, password)
    except ProjectError as error:
        raise invalid(field, str(error)) from None


async def _asked(visit: Visit, change: Callable[[], None]) -> None:
    """Do it, or say why not."""
    try:
        await visit.run(change)
    except LastAdministrator as error:
        raise invalid("role", str(error)) from None
    except ProjectError as error:
        raise invalid("name", str(error)) from None


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
