"""The commands `passerby users ...`: list, add, password, role, unlock, remove."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

from cyclopts import App, Parameter

from passerby.cli.app import Data, Json, data_folder, note, open_store
from passerby.cli.output import say, say_json, say_table
from passerby.projects import passwords
from passerby.projects.audit import SERVER
from passerby.projects.users import ConsoleUser, ConsoleUsers, Role
from passerby.settings import CONSOLE_PASSWORD
from passerby.times import iso

commands = App(
    name="users", help="List the console's users, add one, give one a password or a role, unlock or remove one."
)

Name = Annotated[str, Parameter(help="The user's name.")]
Only = Parameter(name="--project", negative="", help="In this project alone. May be repeated.")


def open_users(data: Path | None) -> ConsoleUsers:
    """The console's users of a data folder that was initialised. Raises NotInitialised, SettingsError."""
    open_store(data).close()  # brings an older control file up to date
    return ConsoleUsers(data_folder(data).control)


@commands.command(name="list")
def list_users(*, data: Data = None, json: Json = False) -> None:
    """List who may use the console."""
    with open_users(data) as users:
        found = users.users()
    with open_store(data) as store:
        names = {project.id: project.name for project in store.projects()}
    if json:
        say_json([_shown(user, names) for user in found])
        return
    rows = [(user.name, _roles(user, names), iso(user.changed_at)) for user in found]
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
    """Add a user of the console, with $PASSERBY_CONSOLE_PASSWORD or a random password that is printed.

    The role holds in every project, or in those that `--project` names.
    """
    numbers = _numbers(data, project)
    password, given = _new_password()
    stored = passwords.hashed(password)
    with open_users(data) as users:
        users.add(name, role, stored, _now(), numbers)
    note(data, SERVER, "user.added", name, {"role": role} | ({"projects": project} if project else {}))
    _say_password(name, password, json=json, given=given)


@commands.command(name="password")
def change_password(name: Name, *, data: Data = None, json: Json = False) -> None:
    """Give a user $PASSERBY_CONSOLE_PASSWORD, or a random password that is printed. Ends all of their sessions."""
    password, given = _new_password()
    stored = passwords.hashed(password)
    with open_users(data) as users:
        users.set_password(name, stored, _now())
    note(data, SERVER, "password.changed", name)
    _say_password(name, password, json=json, given=given)


@commands.command(name="role")
def change_role(
    name: Name,
    role: Annotated[Literal["viewer", "admin", "none"], Parameter(help="What the user may do.")],
    *,
    project: Annotated[tuple[str, ...], Only] = (),
    data: Data = None,
) -> None:
    """Set a user's role: viewer (read-only), admin (full access), or none.

    The role holds in every project, or in those that `--project` names, beyond the role in every project.
    """
    numbers, given = _numbers(data, project), None if role == "none" else Role(role)
    with open_users(data) as users:
        if not project:
            users.set_role(name, given)
        for number in numbers:
            users.set_role_in(name, number, given)
    note(data, SERVER, "user.changed", name, {"role": role} | ({"projects": project} if project else {}))
    say(f"{name} is {role} now" + (f" in {', '.join(project)}" if project else ""))


@commands.command
def unlock(name: Name, *, data: Data = None) -> None:
    """End the delay that wrong passwords caused for a user."""
    with open_users(data) as users:
        users.unlock(name, _now())
    note(data, SERVER, "user.unlocked", name)
    say(f"{name} can sign in again at once")


@commands.command
def remove(name: Name, *, data: Data = None) -> None:
    """Let a user in no more. Ends all of their sessions."""
    with open_users(data) as users:
        users.remove(name)
    note(data, SERVER, "user.removed", name)
    say(f"{name} is removed")


def _new_password() -> tuple[str, bool]:
    """A password, and whether the environment gave it."""
    given = os.environ.get(CONSOLE_PASSWORD, "")
    return given or passwords.new_password(), bool(given)


def _say_password(name: str, password: str, *, json: bool, given: bool) -> None:
    if json:
        say_json({"user": name, "password": password})
    else:
        say(f"{name} has " + ("the password given" if given else f"the password {password}"))


def _numbers(data: Path | None, projects: Iterable[str]) -> list[int]:
    """The numbers of these projects. Raises NoSuchProject."""
    with open_store(data) as store:
        return [store.project(project).id for project in projects]


def _roles(user: ConsoleUser, names: Mapping[int, str]) -> str:
    everywhere = [str(user.role)] if user.role else []
    return ", ".join([*everywhere, *(f"{role} of {names[number]}" for number, role in user.projects.items())])


def _shown(user: ConsoleUser, names: Mapping[int, str]) -> dict[str, object]:
    return {
        "name": user.name,
        "role": user.role,
        "projects": {names[number]: role for number, role in user.projects.items()},
        "password_set_at": iso(user.changed_at),
    }


def _now() -> int:
    return time.time_ns() // 1_000_000
