"""The commands `passerby users ...`: list, add, password, role, unlock, remove."""

from __future__ import annotations

import os
from typing import Annotated, Literal

from cyclopts import App, Parameter

from passerby.accounts import passwords
from passerby.accounts.users import Role
from passerby.cli.app import Data, Json, access_to
from passerby.cli.output import say, say_json, say_table
from passerby.clock import iso
from passerby.services import users
from passerby.services.projects import list_projects
from passerby.settings import CONSOLE_PASSWORD

commands = App(name="users", help="List, add and remove console users; change their passwords and roles; unlock them.")

Name = Annotated[str, Parameter(help="User name.")]
Only = Parameter(name="--project", negative="", help="Limit the role to this project. May be repeated.")


@commands.command(name="list")
def list_users(*, data: Data = None, json: Json = False) -> None:
    """List console users and their roles."""
    with access_to(data) as access:
        found = users.list_users(access)
        names = {project.id: project.name for project in list_projects(access)}
    shown = [
        {
            "name": user.name,
            "role": user.role,
            "projects": {names[number]: role for number, role in user.projects.items()},
            "password_set_at": iso(user.changed_at),
        }
        for user in found
    ]
    if json:
        say_json(shown)
        return
    rows = []
    for user in found:
        everywhere = [str(user.role)] if user.role else []
        single = [f"{role} of {names[number]}" for number, role in user.projects.items()]
        rows.append((user.name, ", ".join([*everywhere, *single]), iso(user.changed_at)))
    say_table(("name", "role", "password set"), rows)


@commands.command
def add(
    name: Name,
    *,
    role: Role = Role.VIEWER,
    project: Annotated[tuple[str, ...], Only] = (),
    data: Data = None,
    json: Json = False,
) -> None:
    """Add a console user with $PASSERBY_CONSOLE_PASSWORD, or with a random password that is printed.

    The role applies to all projects, or to those given with `--project`.
    """
    password, given = _new_password()
    with access_to(data) as access:
        users.add_user(access, name, role, passwords.hashed(password), project)
    _say_password(name, password, json=json, given=given)


@commands.command(name="password")
def change_password(name: Name, *, data: Data = None, json: Json = False) -> None:
    """Set a user's password to $PASSERBY_CONSOLE_PASSWORD, or to a random one that is printed. Ends all sessions."""
    password, given = _new_password()
    with access_to(data) as access:
        users.set_password(access, name, passwords.hashed(password))
    _say_password(name, password, json=json, given=given)


@commands.command(name="role")
def change_role(
    name: Name,
    role: Annotated[Literal["viewer", "admin", "none"], Parameter(help="Role of the user.")],
    *,
    project: Annotated[tuple[str, ...], Only] = (),
    data: Data = None,
) -> None:
    """Set a user's role: viewer (read-only), admin (full access), or none.

    The role applies to all projects, or to those given with `--project` in addition to the role in all projects.
    """
    with access_to(data) as access:
        users.change_role(access, name, None if role == "none" else Role(role), project)
    say(f"Role of {name}: {role}" + (f" (projects: {', '.join(project)})" if project else ""))


@commands.command
def unlock(name: Name, *, data: Data = None) -> None:
    """Clear the login delay of a user after failed login attempts."""
    with access_to(data) as access:
        users.unlock_user(access, name)
    say(f"Unlocked {name}.")


@commands.command
def remove(name: Name, *, data: Data = None) -> None:
    """Remove a user. Ends all sessions of the user."""
    with access_to(data) as access:
        users.remove_user(access, name)
    say(f"Removed {name}.")


def _new_password() -> tuple[str, bool]:
    """Return a password and whether it came from the environment."""
    given = os.environ.get(CONSOLE_PASSWORD, "")
    return given or passwords.new_password(), bool(given)


def _say_password(name: str, password: str, *, json: bool, given: bool) -> None:
    if json:
        say_json({"user": name, "password": password})
    else:
        say(f"Password of {name}: " + ("set from the environment" if given else password))
