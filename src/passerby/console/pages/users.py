"""Users: administrators add, change and remove them; every user can change their own password."""

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
from passerby.clock import Milliseconds
from passerby.console.auth.permissions import Permission
from passerby.console.auth.throttle import Attempt
from passerby.console.presenters.units import delay
from passerby.console.routing import PageContext, form_route, page_route, redirect_to, render_page
from passerby.services import users
from passerby.services.errors import invalid

Name = Annotated[str, Meta(max_length=200)]
Password = Annotated[str, Meta(max_length=1_000)]


class UserShown(msgspec.Struct, kw_only=True):
    """A user of the console."""

    name: str
    role: Role | None
    projects: dict[str, Role]
    password_set_at: Milliseconds


class UsersView(msgspec.Struct, kw_only=True):
    """The users; without a role in every project, only the user's own account. `projects` are those of the user."""

    users: list[UserShown]
    projects: list[str]


class RemovalView(msgspec.Struct, kw_only=True):
    """A user to be removed: the number of open sessions, and when one of them was last used."""

    name: str
    sessions: int
    last_seen_at: Milliseconds | None


class NewUser(msgspec.Struct, kw_only=True):
    """The form for a new user. Without a password, a random one is generated."""

    name: Name
    role: Role = Role.VIEWER
    project: Name = ""
    password: Password = ""


class ChangedUser(msgspec.Struct, kw_only=True):
    """The form for an existing user: role, password (empty: a random one), or removal."""

    name: Name
    role: Literal["viewer", "admin", "none"] = "viewer"
    project: Name = ""
    password: Password = ""


class OwnPassword(msgspec.Struct, kw_only=True):
    """The form for the user's own password."""

    current: Password
    new: Password


async def load(page: NamedDependency[PageContext]) -> UsersView:
    found = await page.run(users.list_users, page.on_server)
    names = page.console.projects.names()
    shown = [
        UserShown(
            name=user.name,
            role=user.role,
            projects={names[number]: role for number, role in user.projects.items() if number in names},
            password_set_at=user.changed_at,
        )
        for user in found
    ]
    return UsersView(users=shown, projects=page.project_names)


async def add(page: NamedDependency[PageContext], data: URLEncodedBody[NewUser]) -> Response[Any]:
    password = data.password or passwords.new_password()
    stored = await _hashed(page, password)
    await page.run(users.add_user, page.on_server, data.name, data.role, stored, _projects(data.project))
    return _answered(page, data.name, password, given=bool(data.password), said="user-added")


async def change_role(page: NamedDependency[PageContext], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    role = None if data.role == "none" else Role(data.role)
    await page.run(users.change_role, page.on_server, data.name, role, _projects(data.project))
    return redirect_to(page, "/settings/users", "user-changed")


async def change_password(page: NamedDependency[PageContext], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    password = data.password or passwords.new_password()
    stored = await _hashed(page, password)
    await page.run(users.set_password, page.on_server, data.name, stored)
    return _answered(page, data.name, password, given=bool(data.password), said="password-changed")


async def load_removal(page: NamedDependency[PageContext], name: FromQuery[str]) -> RemovalView:
    open_sessions, seen_at = await page.run(users.open_sessions, page.on_server, name)
    return RemovalView(name=name, sessions=open_sessions, last_seen_at=seen_at or None)


async def remove(page: NamedDependency[PageContext], data: URLEncodedBody[ChangedUser]) -> Response[Any]:
    await page.run(users.remove_user, page.on_server, data.name)
    return redirect_to(page, "/settings/users", "user-removed")


async def change_own(page: NamedDependency[PageContext], data: URLEncodedBody[OwnPassword]) -> Response[Any]:
    """Change the user's own password. Asks for the current one, which protects a session left open."""
    throttle, name, now = page.console.throttle, page.visitor.name, page.context.now()
    attempt = Attempt(name, "", device=f"session of {name}")
    if wait := throttle.wait_ms(attempt, now):
        # Counted like sign-ins: a stolen session must not be able to try passwords.
        raise invalid("current", f"there were too many wrong passwords; try again in {delay(wait)}")
    throttle.tried(attempt, now)  # before the check, as at sign-in
    stored = await page.run(page.context.users.password, name) or ""
    if not await page.console.passwords.run(passwords.matches, data.current, stored):
        raise invalid("current", "this is not your current password")
    throttle.succeeded(attempt)
    hashed = await _hashed(page, data.new, "new")
    await page.run(users.set_own_password, page.on_server, hashed)
    return redirect_to(page, "/settings/users", "password-changed")


def _projects(name: str) -> list[str]:
    return [name] if name else []


async def _hashed(page: PageContext, password: str, field: str = "password") -> str:
    try:
        return await page.console.passwords.run(passwords.hashed, password)
    except PasswordTooShort as error:
        raise invalid(field, str(error)) from None


def _answered(page: PageContext, name: str, password: str, *, given: bool, said: str) -> Response[Any]:
    """Answer a new password: a generated one is shown once, in the response to the form."""
    if given:
        return redirect_to(page, "/settings/users", said)
    return render_page("new-password.html", page=page, name=name, password=password)


routes = [
    page_route("/settings/users", load, "users.html"),
    form_route("/settings/users/add", add, permission=Permission.SERVER_ADMIN, page="/settings/users"),
    form_route("/settings/users/role", change_role, permission=Permission.SERVER_ADMIN, page="/settings/users"),
    form_route("/settings/users/password", change_password, permission=Permission.SERVER_ADMIN, page="/settings/users"),
    page_route("/settings/users/remove", load_removal, "user-remove.html", permission=Permission.SERVER_ADMIN),
    form_route("/settings/users/remove", remove, permission=Permission.SERVER_ADMIN, page="/settings/users"),
    form_route("/settings/users/own-password", change_own, permission=Permission.VIEWER, page="/settings/users"),
]
